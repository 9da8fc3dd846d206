// A dashboard, with a pretend Azure DevOps.

import { startProgram } from "./program.js"

/** Seconds that an access token lives. Half of them are the margin in which it is refreshed. */
const TOKEN_SECONDS = 4

/**
 * Starts one, with more of the environment if need be, and reads where it is from what it tells people: `origin` is its
 * own, `provider` its Azure DevOps'.
 */
export async function openDashboard(adapter, more = {}) {
  const env = { PORT: "0", PRETEND_TOKEN_SECONDS: String(TOKEN_SECONDS), ...more }
  const program = startProgram(`dashboard-${adapter}`, { env })
  const address = async () => /http:\/\/[^\s]+:\d+/.exec(await program.line())[0]
  return { origin: await address(), provider: await address(), log: program.log, close: program.end }
}
