// A site with admit, as a process of its own.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { BUNDLES, TARGET } from "./folders.js"

/** Thirty-two bytes or more, as a real one. */
export const SECRET = "a secret of the end-to-end tests, long enough"

/** Every way a site can be set up. */
export const ADAPTERS = ["axum", "actix"]
export const SESSIONS = ["cookie", "store"]

/**
 * Starts a site, and tells where it is: `address` is where it listens, `origin` what it calls itself, `provider` where
 * its pretend Azure DevOps is. `secrets` are the newest first.
 */
export async function openSite({ adapter, sessions = "cookie", baseUrl, secrets = [SECRET] }) {
  const options = ["--adapter", adapter, "--sessions", sessions, "--bundles", BUNDLES]
  if (baseUrl) options.push("--base-url", baseUrl)
  // It ends when its standard input does, so also when this process is killed.
  const program = spawn(join(TARGET, "debug", "e2e-site"), options, { env: environment(secrets), stdio: "pipe" })
  let complaints = ""
  program.stderr.setEncoding("utf8").on("data", (text) => (complaints += text))
  const ended = once(program, "close")
  const [line] = await Promise.race([
    once(createInterface({ input: program.stdout }), "line"),
    ended.then(() => Promise.reject(new Error(`the site did not start: ${complaints}`))),
  ])
  return {
    ...JSON.parse(line),
    complaints: () => complaints,
    async close() {
      program.stdin.end()
      await ended
    },
  }
}

// AUTH_SECRET_1 is newer than AUTH_SECRET.
function environment([newest, older]) {
  return older ? { AUTH_SECRET_1: newest, AUTH_SECRET: older } : { AUTH_SECRET: newest }
}
