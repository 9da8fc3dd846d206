import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  plugins: [react()],
  // The client asks the environment for an address; in a browser there is none.
  define: { "process.env": {} },
  // The cookies are the page's own: a browser sees one origin, with the Rust server behind it.
  server: { proxy: { "/api": `http://127.0.0.1:${process.env.PORT ?? 3000}` } },
})
