// What is claimed of the official client, run at every site it can meet.
//
// The name of a test says where it ran and what it is about: `v5, axum, cookie: getSession gives …`. The table in the
// book is made of these names.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { Window, openBrowser } from "../harness/browser.js"
import { ADAPTERS, SESSIONS, openSite } from "../harness/site.js"
import { session } from "./session.js"
import { signIn } from "./sign-in.js"
import { signOut } from "./sign-out.js"
import { tabs } from "./tabs.js"
import { update } from "./update.js"

const TOPICS = [session, signIn, update, signOut, tabs]

/** Declares the tests of one line of the client. */
export function claims(client) {
  let browser
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser.close())

  const spokenOf = new Set()
  test(`${client}: nothing that it exports is passed over`, { timeout: 30_000 }, async () => {
    const window = await Window.open(browser, { site: { origin: "about:blank" }, client })
  })

  for (const adapter of ADAPTERS) {
    for (const sessions of SESSIONS) {
      let site
      before(async () => {
        site = await openSite({ adapter, sessions })
      })
      after(() => site.close())
      const claim = (of, what, body, only = {}) => {
        if ((only.client ?? client) !== client || (only.sessions ?? sessions) !== sessions) return
        test(`${client}, ${adapter}, ${sessions}: ${of} ${what}`, { timeout: 30_000 }, async () => {
          const window = await Window.open(browser, { site, client, tolerates: TOLERATES[client] })
          try {
            await body(window)
            assert.deepEqual(window.complaints, [], "the browser complained")
          } finally {
            await window.close()
          }
        })
      }
      for (const topic of TOPICS) topic(claim)
    }
  }
}

// For "nobody is signed in" v5 takes `null`, and `{}` for a session. v4 takes `{}`, and stumbles over `null`, which comes
// to the same for its callers. It logs that in the console, and at an address that v4's servers had and v5's have not.
const TOLERATES = {
  v5: () => false,
  v4: ({ text, at }) =>
    /^\[next-auth\]\[error\]\[CLIENT_FETCH_ERROR\] .*Cannot convert undefined or null to object/s.test(text) ||
    (text.includes("status of 400") && new URL(at).pathname === "/api/auth/_log"),
}
