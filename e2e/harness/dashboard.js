// A dashboard, with a pretend Azure DevOps.

import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startProgram } from "./program.js"

/** Seconds that an access token lives. Half of them are the margin in which it is refreshed. */
const TOKEN_SECONDS = 4

/**
 * Starts one, with more of the environment if need be, and reads where it is from what it tells people: `origin` is its
 * own, `provider` its Azure DevOps', and `providers` all that are pretend ones.
 */
export async function openDashboard(adapter, more = {}) {
  const folder = await mkdtemp(join(tmpdir(), "admit-dashboard-"))
  const kept = { DATABASE_URL: `sqlite:${join(folder, "kept.sqlite")}` }
  const env = { PORT: "0", PRETEND_TOKEN_SECONDS: String(TOKEN_SECONDS), ...kept, ...more }
  const program = startProgram(`dashboard-${adapter}`, { env })
  const addresses = async () => (await program.line()).match(/http:\/\/[^\s]+:\d+/g)
  const close = async () => {
    await program.end()
    await rm(folder, { recursive: true })
  }
  const [[origin], [provider], [entra, openid]] = [await addresses(), await addresses(), await addresses()]
  const providers = { "azure-devops": provider, "microsoft-entra-id": entra, "pretend-openid": openid }
  return { origin, provider, providers, log: program.log, close }
}
