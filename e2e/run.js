// Runs the end-to-end tests, and holds the table in the book to those that passed.
//
// ```sh
// node e2e/run.js                   # all of them
// node e2e/run.js cookies           # those of e2e/tests/cookies.test.js
// node e2e/run.js --write-table     # all of them, and the table is written anew
// node e2e/run.js pages --write-pictures   # the pages, and their pictures in the book are taken anew
// ```

import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "node:test"
import { spec } from "node:test/reporters"
import { bundle } from "./harness/bundle.js"
import { E2E } from "./harness/folders.js"
import { buildPrograms } from "./harness/program.js"
import { compareTable, writeTable } from "./harness/table.js"

// Browsers put their profiles here; one that is killed leaves its own behind.
process.env.TMPDIR = mkdtempSync(join(tmpdir(), "admit-e2e-"))
process.on("exit", () => rmSync(process.env.TMPDIR, { recursive: true, force: true, maxRetries: 3 }))

const words = process.argv.slice(2)
const names = words.filter((word) => !word.startsWith("--")).map((word) => `${word}.test.js`)
const all = readdirSync(join(E2E, "tests"))
const files = (names.length ? names : all).map((name) => join(E2E, "tests", name))

// The tests are processes of their own.
if (words.includes("--write-pictures")) process.env.ADMIT_WRITE_PICTURES = "1"

buildPrograms()
await bundle()
const passed = []
// Whoever ends this ends all that it started.
const ended = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => ended.abort())
// A test has an end of its own; the timeout is for a file that comes to none, on however slow a machine.
const events = run({ files, concurrency: 2, timeout: 1_800_000, signal: ended.signal })
events.on("test:pass", ({ name }) => passed.push(name))
events.on("test:fail", () => (process.exitCode = 1))
events.compose(new spec()).pipe(process.stdout)
events.on("end", () => {
  if (process.exitCode || names.length) return
  if (words.includes("--write-table")) writeTable(passed)
  else if (!compareTable(passed)) process.exitCode = 1
})
