// The test page, bundled once for each line of the official client.

import { join } from "node:path"
import { build } from "esbuild"
import { BUNDLES, E2E } from "./folders.js"

/** The official packages, by the name their line goes by here. */
export const PACKAGES = { v5: "next-auth/react", v4: "next-auth-v4/react" }

/** Writes `v5.js` and `v4.js` to where sites look for them. */
export async function bundle() {
  const page = ([line, client]) =>
    build({
      entryPoints: [join(E2E, "page", "page.jsx")],
      outfile: join(BUNDLES, `${line}.js`),
      alias: { "the-official-client": client },
      bundle: true,
      minify: true,
      jsx: "automatic",
      // Both clients ask the environment for an address; in a browser there is none.
      define: { "process.env.NODE_ENV": '"production"', "process.env": "{}" },
      absWorkingDir: E2E,
      logLevel: "warning",
    })
  await Promise.all(Object.entries(PACKAGES).map(page))
}
