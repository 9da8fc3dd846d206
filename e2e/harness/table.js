// The table in the book: what of the official client was seen to work, and where.
//
// A cell is filled by the tests that passed, and by nothing else: `v5, axum, cookie: signIn goes to …`.

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "./folders.js"

/** Whether the table says what these tests say; if not, where it differs. */
export function compareTable(passed) {
  const [written, is] = [sections(readFileSync(PAGE, "utf8"))[1].trim(), table(passed)]
  if (written === is) return true
  const lines = new Set(written.split("\n"))
  const missing = is.split("\n").filter((line) => !lines.delete(line))
  console.error("docs/src/official-client.md says something else; `node e2e/run.js --write-table` writes what is so:")
  for (const line of lines) console.error(`- ${line}`)
  for (const line of missing) console.error(`+ ${line}`)
  return false
}

/** Writes the table into the page. */
export function writeTable(passed) {
  const [before, , after] = sections(readFileSync(PAGE, "utf8"))
  writeFileSync(PAGE, `${before}${BEGIN}\n\n${table(passed)}\n\n${END}${after}`)
}

function sections(page) {
  const [before, rest] = page.split(BEGIN)
  const [inside, after] = rest.split(END)
  return [before, inside, after]
}

function table(passed) {
  const tests = passed.map((name) => NAME.exec(name)?.groups).filter(Boolean)
  // v5 first: what only v4 does comes after what both do.
  tests.sort((a, b) => b.line.localeCompare(a.line))
  const rows = new Map()
  for (const { line, adapter, sessions, of, what } of tests) {
    const claims = rows.get(of) ?? rows.set(of, new Map()).get(of)
    const cells = claims.get(what) ?? claims.set(what, {}).get(what)
    const column = `${line}, ${adapter}`
    cells[column] = [...(cells[column] ?? []), sessions]
  }
  const lines = [["function", "what it does", ...COLUMNS], Array(COLUMNS.length + 2).fill("---")]
  for (const [of, claims] of rows) {
    for (const [what, cells] of claims) {
      lines.push([`\`${of}\``, what, ...COLUMNS.map((column) => cells[column]?.sort().join(", ") ?? "–")])
    }
  }
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n").replaceAll(" --- ", "---")
}

const PAGE = join(ROOT, "docs", "src", "official-client.md")
const BEGIN = "<!-- what the end-to-end tests saw -->"
const END = "<!-- up to here -->"
const NAME = /^(?<line>v\d), (?<adapter>\w+), (?<sessions>\w+): (?<of>\w+) (?<what>.*)$/
const COLUMNS = ["v5, axum", "v5, actix", "v4, axum", "v4, actix"]
