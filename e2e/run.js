// Runs the end-to-end tests: `node run.js`, or `node run.js tests/v5.test.js`.
//
// They need the site: `cargo build -p e2e-site`.

import { readdirSync } from "node:fs"
import { join } from "node:path"
import { run } from "node:test"
import { spec } from "node:test/reporters"
import { bundle } from "./harness/bundle.js"
import { E2E } from "./harness/folders.js"

const named = process.argv.slice(2)
const all = readdirSync(join(E2E, "tests")).filter((name) => name.endsWith(".test.js"))
const files = named.length ? named : all.map((name) => join(E2E, "tests", name))

await bundle()
const events = run({ files, concurrency: 2, timeout: 600_000 })
events.on("test:fail", () => (process.exitCode = 1))
events.compose(new spec()).pipe(process.stdout)
