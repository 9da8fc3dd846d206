// A site with admit, set up in any way.

import { BUNDLES } from "./folders.js"
import { startProgram } from "./program.js"

/** Thirty-two bytes or more, as a real one. */
export const SECRET = "a secret of the end-to-end tests, long enough"

/** Every way a site can be set up. */
export const ADAPTERS = ["axum", "actix"]
export const SESSIONS = ["cookie", "store"]

/**
 * Starts a site, and tells where it is: `address` is where it listens, `origin` what it calls itself, `provider` where
 * its pretend Azure DevOps is. `secrets` are the newest first.
 */
export async function openSite({ adapter, sessions = "cookie", ways, baseUrl, secrets = [SECRET] }) {
  const options = ["--adapter", adapter, "--sessions", sessions, "--bundles", BUNDLES]
  if (ways) options.push("--ways", ways)
  if (baseUrl) options.push("--base-url", baseUrl)
  const program = startProgram("e2e-site", { options, env: environment(secrets) })
  return { ...JSON.parse(await program.line()), complaints: program.log, close: program.end }
}

// AUTH_SECRET_1 is newer than AUTH_SECRET.
function environment([newest, older]) {
  return older ? { AUTH_SECRET_1: newest, AUTH_SECRET: older } : { AUTH_SECRET: newest }
}
