// A server with Auth.js and one with admit behind one origin, with one secret: whoever signs in at either is signed in
// at both. Over https, as it would be.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { SECURE, open } from "../harness/authjs.js"
import { Window, openBrowser } from "../harness/browser.js"
import { openExpress } from "../harness/express.js"
import { openFront } from "../harness/front.js"
import { ADAPTERS, openSite } from "../harness/site.js"

let browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

for (const adapter of ADAPTERS) {
  const servers = []
  let site
  before(async () => {
    const front = await openFront()
    servers.push(front)
    site = await openSite({ adapter, baseUrl: front.origin })
    servers.push(site)
    const express = await openExpress()
    servers.push(express)
    front.show(site.tls)
    front.pass("/", site.address)
    front.pass("/node", express.address)
  })
  after(() => Promise.all(servers.map((server) => server.close())))

  const claim = (what, body) =>
    test(`${adapter}: ${what}`, { timeout: 30_000 }, async () => {
      const window = await Window.open(browser, { site, line: "v5" })
      try {
        await body(window, await window.tab())
        assert.deepEqual(window.complaints, [], "the browser complained")
      } finally {
        await window.close()
      }
    })

  claim("who signs in at admit is signed in at Auth.js", async (window, tab) => {
    assert.equal(await ask(tab, "/node"), null)
    await tab.signIn()
    assert.equal((await ask(tab, "/node")).user.name, "Norma Paulk")
    assert.equal((await ask(tab, "/node/auth/session")).user.name, "Norma Paulk")
    // All cookies are such as a browser keeps for https alone.
    for (const { name, secure, httpOnly } of await window.cookies("")) {
      assert(secure && httpOnly && /^__(Secure|Host)-/.test(name), name)
    }
  })

  claim("who signs in at Auth.js is signed in at admit", async (_, tab) => {
    await signInAtNode(tab, "Ada")
    await tab.open()
    await tab.signedIn("Ada")
    // It was Auth.js that let her in: nobody has a token for her.
    assert.match((await ask(tab, "/azure")).error, /not connected|no account/i)
  })

  claim("the access token is still there after Auth.js wrote the session anew", async (window, tab) => {
    await tab.signIn()
    const before = await window.sessionCookies()
    const claims = await open(visitor(before), { name: SECURE })
    await ask(tab, "/node/auth/session")
    const after = await window.sessionCookies()
    assert.notEqual(after[0].value, before[0].value)
    assert.deepEqual((await open(visitor(after), { name: SECURE })).admit, claims.admit)
    assert.equal((await ask(tab, "/azure")).displayName, "Norma Paulk")
    await tab.call("getSession")
    assert.equal((await ask(tab, "/azure")).displayName, "Norma Paulk")
  })

  claim("a session in several cookies goes to and fro", async (window, tab) => {
    await tab.signIn()
    const claims = "ä".repeat(3000)
    await tab.update({ claims })
    assert.equal((await window.sessionCookies()).length, 3)
    for (let i = 0; i < 3; i += 1) {
      assert.equal((await ask(tab, "/node/auth/session")).user.name, "Norma Paulk")
      assert.equal((await tab.call("getSession")).claims, claims)
    }
    assert.equal((await ask(tab, "/azure")).displayName, "Norma Paulk")
  })

  claim("who signs out at Auth.js is signed out at admit", async (window, tab) => {
    await tab.signIn()
    await tab.page.goto(`${site.origin}/node/auth/signout`)
    await tab.page.getByRole("button", { name: "Sign out" }).click()
    // Where to is in a cookie that admit wrote.
    await tab.arrives("/v5")
    await tab.signedOut()
    assert.deepEqual(await window.sessionCookies(), [])
  })

  claim("who signs out at admit is signed out at Auth.js, whoever had let them in", async (window, tab) => {
    for (const signIn of [() => tab.signIn(), () => signInAtNode(tab, "Ada")]) {
      await signIn()
      await tab.open()
      await tab.call("signOut", { redirect: false })
      assert.equal(await ask(tab, "/node"), null)
      assert.deepEqual(await window.sessionCookies(), [])
    }
  })

  claim("the official client, pointed at the one, sees what happens at the other", async (window, tab) => {
    const other = await window.tab({ basePath: "/node/auth" })
    await other.signedOut()
    await tab.signIn()
    await other.signedIn()
    // Its form has the token of a cookie that admit wrote.
    await other.call("signOut", { redirect: false })
    await tab.signedOut()
  })
}

/** What a page of the origin gets at an address. */
function ask(tab, path) {
  return tab.page.evaluate(async (path) => (await fetch(path)).json(), path)
}

async function signInAtNode(tab, name) {
  await tab.page.goto(`${tab.window.site.origin}/node/auth/signin?callbackUrl=%2Fbye`)
  await tab.page.getByLabel("Name").fill(name)
  await tab.page.getByRole("button", { name: "Sign in with Credentials" }).click()
  await tab.page.waitForURL(`${tab.window.site.origin}/bye`)
}

function visitor(cookies) {
  return { cookieHeader: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") }
}
