// The React example as a person meets it.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { Window, openBrowser } from "../harness/browser.js"
import { openBuilt, openInDevelopment } from "../harness/spa.js"

let browser
let unbuilt
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

for (const [how, open] of [["built", openBuilt], ["in development", openInDevelopment]]) {
  let site
  before(async () => {
    site = await open()
    unbuilt ??= site.unbuilt
  })
  after(() => site?.close())

  const claim = (what, body, { tolerates } = {}) =>
    test(`react-spa, ${how}: ${what}`, { timeout: 60_000 }, async () => {
      const window = await Window.open(browser, { site, tolerates })
      try {
        const { page } = await window.emptyTab()
        await page.goto(site.origin)
        await sees(page, "Who are you?")
        await body(page)
        assert.deepEqual(window.complaints, [], "the browser complained")
        assert.deepEqual(window.elsewhere, [], "something was asked of another machine")
      } finally {
        await window.close()
      }
    })

  claim("a person signs in with Azure DevOps, asks the server, and signs out", async (page) => {
    await page.getByRole("button", { name: "Sign in with Azure DevOps" }).click()
    await page.getByRole("button", { name: "Norma Paulk" }).click()
    await page.getByRole("button", { name: "Accept" }).click()
    await sees(page, "Hello, Norma Paulk")
    assert.equal(page.url(), `${site.origin}/`)
    const azureDevOps = { name: "Norma Paulk", address: "norma@fabrikam.example" }
    assert.deepEqual(JSON.parse(await ask(page)), { name: "Norma Paulk", azureDevOps })
    await page.getByRole("button", { name: "Sign out" }).click()
    await sees(page, "Who are you?")
  })

  claim("a person signs in by password without leaving the page, at the second attempt", async (page) => {
    let loads = 0
    page.on("load", () => (loads += 1))
    await page.getByLabel("User name").fill("ada")
    for (const password of ["guessed", "correct horse"]) {
      await page.getByLabel("Password").fill(password)
      await page.getByRole("button", { name: "Sign in", exact: true }).click()
      if (password === "guessed") await page.getByRole("alert").waitFor()
    }
    await sees(page, "Hello, Ada Lovelace")
    assert.equal(loads, 0)
    assert.deepEqual(JSON.parse(await ask(page)), { name: "Ada Lovelace", azureDevOps: null })
    await page.reload()
    await sees(page, "Hello, Ada Lovelace")
  })

  claim(
    "a stranger who asks the server is refused",
    async (page) => assert.equal(await ask(page), "Refused, with status 401"),
    // Chromium says so of any answer with that status.
    { tolerates: ({ text, at }) => /^Failed to load resource: .* 401 /.test(text) && at === `${site.origin}/api/me` },
  )
}

test("react-spa, built: until it is, the server says how to build it", async () => {
  assert.equal(unbuilt.status, 503)
  assert.match(await unbuilt.text(), /cd examples\/react-spa\/web && npm ci && npm run build/)
})

/** Waits for the page with that heading. */
async function sees(page, heading) {
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor()
}

/** What the page shows of the server's answer. */
async function ask(page) {
  await page.getByRole("button", { name: "Ask the server" }).click()
  return page.locator("pre").innerText()
}
