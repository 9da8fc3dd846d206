// A program of this repository, or another, as a process of its own that does not outlive the test.

import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
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
  return startProcess(name, join(TARGET, "debug", name), options, { env })
}

/** Starts any other. `name` is for people. */
export function startProcess(name, file, options, { cwd, env }) {
  const program = spawn(file, options, { cwd, env, stdio: "pipe" })
  const ended = once(program, "close")
  if (started++ === 0) endThemWithUs()
  running.add(program)
  let log = ""
  program.stderr.setEncoding("utf8").on("data", (text) => (log += text))
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]()
  return {
    /** What it has written to its standard error so far. */
    log: () => log,
    /** The next line that it says. */
    async line() {
      const late = sleep(START, undefined, { ref: false }).then(() => ({ done: true, late: true }))
      const { value, done, late: silent } = await Promise.race([lines.next(), late])
      if (!done) return value
      if (!silent) await ended
      throw new Error(`${name} ${silent ? "says nothing" : "did not start"}: ${log}`)
    },
    /** Ends it as a person would, by Ctrl-C, or by the end of its input. */
    async end() {
      program.stdin.end()
      program.kill("SIGINT")
      await ended
      running.delete(program)
    },
  }
}

/** What is to be killed when the test ends before it. */
const running = new Set()
let started = 0

/** A test that is ended from outside ends what it started: whoever reads its output would wait for those as well. */
function endThemWithUs() {
  process.once("exit", () => running.forEach((program) => program.kill("SIGKILL")))
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1))
}

/** How long a program may take for a line, in milliseconds. */
const START = 60_000
