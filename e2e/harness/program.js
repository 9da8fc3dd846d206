// A program of this repository, as a process of its own.

import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { ROOT, TARGET } from "./folders.js"

/** All that the tests run, by the names of their packages. */
export const PROGRAMS = ["e2e-site", "dashboard-axum", "dashboard-actix", "react-spa"]

/** Brings them up to date. */
export function buildPrograms() {
  const words = ["build", "--locked", ...PROGRAMS.flatMap((name) => ["-p", name])]
  const { status, error } = spawnSync("cargo", words, { cwd: ROOT, stdio: "inherit" })
  if (status !== 0) throw new Error("the programs could not be built", { cause: error })
}

/** Starts one, with nothing in its environment but `env`. */
export function startProgram(name, { options = [], env = {} } = {}) {
  const program = spawn(join(TARGET, "debug", name), options, { env, stdio: "pipe" })
  const ended = once(program, "close")
  const abandon = () => program.kill("SIGKILL")
  process.once("exit", abandon)
  let log = ""
  program.stderr.setEncoding("utf8").on("data", (text) => (log += text))
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
  return {
    /** What it has written to its standard error so far. */
    log: () => log,
    /** The next line that it says. */
    async line() {
      const { value, done } = await lines.next()
      if (!done) return value
      await ended
      throw new Error(`${name} did not start: ${log}`)
    },
    /** Ends it as a person would, by Ctrl-C, or by the end of its input. */
    async end() {
      program.stdin.end()
      program.kill("SIGINT")
      await ended
      process.off("exit", abandon)
    },
  }
}
