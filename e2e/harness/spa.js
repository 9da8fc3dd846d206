// The React page with the Rust server behind it, in both ways its README tells: built, and while it is worked on.

import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "./folders.js"
import { freePort } from "./port.js"
import { startProcess, startProgram } from "./program.js"

const WEB = join(ROOT, "examples", "react-spa", "web")

/** The page's files, from the server; `unbuilt` is what the server answered before there were any. */
export async function openBuilt() {
  rmSync(join(WEB, "dist"), { recursive: true, force: true })
  const server = await openServer()
  const unbuilt = await fetch(server.address)
  const { status, stdout, stderr } = spawnSync("npm", ["run", "build"], { cwd: WEB, encoding: "utf8" })
  if (status !== 0) throw new Error(`the page could not be built: ${stdout}${stderr}`)
  return { ...server, unbuilt }
}

/** The page from Vite, which hands the API's requests on to the server. */
export async function openInDevelopment() {
  const port = await freePort()
  const server = await openServer({ AUTH_URL: `http://localhost:${port}` })
  // As a person's terminal has it. With `CI` set, Vite outlives whoever started it, and colours what it says.
  const { CI, ...env } = { ...process.env, NO_COLOR: "1", PORT: new URL(server.address).port }
  const words = ["node_modules/vite/bin/vite.js", "--port", String(port), "--strictPort"]
  const vite = startProcess("vite", process.execPath, words, { cwd: WEB, env })
  const close = () => Promise.all([vite.end(), server.close()])
  try {
    for (let line = ""; !line.includes("Local:"); ) line = await vite.line()
  } catch (error) {
    await close()
    throw error
  }
  return { ...server, close }
}

async function openServer(env) {
  const program = startProgram("react-spa", { env: { PORT: "0", ...env } })
  const [origin, address] = (await program.line()).match(/http:\/\/[\w.]+:\d+/g)
  return { origin, address, complaints: program.log, close: program.end }
}
