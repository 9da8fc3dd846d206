// What is claimed of the official client, run at every site it can meet.
//
// The name of a test says where it ran and what it is about: `v5, axum, cookie: getSession gives …`. The table in the
// book is made of these names.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { Window, openBrowser } from "../harness/browser.js"
import { PACKAGES } from "../harness/bundle.js"
import { ADAPTERS, SESSIONS, openSite } from "../harness/site.js"
import { credentials } from "./credentials.js"
import { session } from "./session.js"
import { signIn } from "./sign-in.js"
import { signOut } from "./sign-out.js"
import { tabs } from "./tabs.js"
import { update } from "./update.js"

const TOPICS = [session, signIn, update, signOut, tabs, credentials]

/** Declares the tests of one line of the client. */
export function claims(line) {
  let browser
  const spokenOf = new Set()
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser.close())

  for (const adapter of ADAPTERS) {
    for (const sessions of SESSIONS) {
      let site
      before(async () => {
        site = await openSite({ adapter, sessions })
      })
      after(() => site.close())

      const claim = (of, what, body, only = {}) => {
        if ((only.line ?? line) !== line || (only.sessions ?? sessions) !== sessions) return
        spokenOf.add(of)
        test(`${line}, ${adapter}, ${sessions}: ${of} ${what}`, { timeout: 30_000 }, async () => {
          const tolerates = (complaint) => TOLERATES[line](complaint) || only.tolerates?.(complaint, line)
          const window = await Window.open(browser, { site, line, tolerates })
          try {
            await body(window)
            assert.deepEqual(window.complaints, [], "the browser complained")
          } finally {
            await window.close()
          }
        })
      }
      for (const topic of TOPICS) topic(claim)

      test(`${line} on ${adapter}, with sessions in the ${sessions}: Azure DevOps found nothing amiss`, async () => {
        const { violations } = await (await fetch(`${site.provider}/_pretend/log`)).json()
        assert.deepEqual(violations, [])
      })
    }
  }

  test(`${line}: something is claimed of every function that it exports`, async () => {
    const exported = Object.entries(await import(PACKAGES[line]))
    const functions = exported.filter(([, value]) => typeof value === "function").map(([name]) => name)
    assert.deepEqual(functions.filter((name) => !spokenOf.has(name)), [])
  })
}

// For "nobody is signed in" v5 takes `null`, and `{}` for a session. v4 takes `{}`, and stumbles over `null`, which
// comes to the same for its callers. It logs that in the console, and at an address that v4's servers had and v5's
// have not.
const TOLERATES = {
  v5: () => false,
  v4: ({ text, at }) =>
    /^\[next-auth\]\[error\]\[CLIENT_FETCH_ERROR\] .*Cannot convert undefined or null to object/s.test(text) ||
    (text.includes("status of 400") && new URL(at).pathname === "/api/auth/_log"),
}
