// Runs the end-to-end tests, and holds the table in the book to those that passed.
//
// ```sh
// cargo build -p e2e-site && node e2e/run.js                 # all of it
// node e2e/run.js tests/v5.test.js                           # a file of them, from this folder
// node e2e/run.js --write-table                              # all of it, and the table is written anew
// ```

import { readdirSync } from "node:fs"
import { join } from "node:path"
import { run } from "node:test"
import { spec } from "node:test/reporters"
import { bundle } from "./harness/bundle.js"
import { E2E } from "./harness/folders.js"
import { compareTable, writeTable } from "./harness/table.js"

const writes = process.argv.includes("--write-table")
const named = process.argv.slice(2).filter((word) => !word.startsWith("--"))
const all = readdirSync(join(E2E, "tests")).filter((name) => name.endsWith(".test.js"))

await bundle()
const passed = []
const events = run({ files: named.length ? named : all.map((name) => join(E2E, "tests", name)), concurrency: 2 })
events.on("test:pass", ({ name }) => passed.push(name))
events.on("test:fail", () => (process.exitCode = 1))
events.compose(new spec()).pipe(process.stdout)
events.on("end", () => {
  if (process.exitCode || named.length) return
  if (writes) writeTable(passed)
  else if (!compareTable(passed)) process.exitCode = 1
})
