// The example dashboards against a certified OpenID provider that is not ours, in a browser that runs no scripts.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { Window, openBrowser } from "../harness/browser.js"
import { openOpenId } from "../harness/openid.js"
import { freePort } from "../harness/port.js"
import { startProgram } from "../harness/program.js"
import { ADAPTERS } from "../harness/site.js"

/** Seconds that an access token lives. Half of them are the margin in which it is refreshed. */
const TOKEN_SECONDS = 4

let browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

for (const adapter of ADAPTERS) {
  let site
  let provider
  before(async () => {
    const port = await freePort()
    const endpoints = `http://localhost:${port}/api/auth`
    provider = await openOpenId({
      callback: `${endpoints}/callback/openid`,
      signedOut: `${endpoints}/signout/openid`,
      tokenSeconds: TOKEN_SECONDS,
    })
    const env = {
      PORT: String(port),
      PRETEND_TOKEN_SECONDS: String(TOKEN_SECONDS),
      AUTH_OPENID_ISSUER: provider.issuer,
      AUTH_OPENID_ID: provider.client.client_id,
      AUTH_OPENID_SECRET: provider.client.client_secret,
    }
    const program = startProgram(`dashboard-${adapter}`, { env })
    await program.line()
    site = { origin: `http://localhost:${port}`, log: program.log, close: program.end }
  })
  after(() => site?.close())
  after(() => provider?.close())

  const claim = (what, body) =>
    test(`dashboard-${adapter} and oidc-provider: ${what}`, { timeout: 60_000 }, async () => {
      // The provider has no icon.
      const tolerates = ({ at }) => at === `${provider.issuer}/favicon.ico`
      const window = await Window.open(browser, { site, tolerates, javaScriptEnabled: false })
      provider.told.length = 0
      try {
        const { page } = await window.emptyTab()
        await body(page)
        assert.deepEqual(window.complaints, [], "the browser complained")
        assert.deepEqual(window.elsewhere, [], "something was asked of another machine")
        assert.deepEqual(
          provider.told.filter((line) => line.startsWith("refused")),
          [],
          "the provider objected",
        )
      } finally {
        await window.close()
      }
    })

  claim("a person signs in, with a request that was pushed, PKCE and a nonce", async (page) => {
    await signIn(page, site, "ada")
    await page.getByText("Signed in as Ada").waitFor()
    assert.deepEqual(provider.told, ["pushed", "code"])
  })

  claim("their refresh token is replaced twice, and they stay signed in", async (page) => {
    await signIn(page, site, "bo")
    const refreshes = () => provider.told.filter((line) => line === "refresh").length
    while (refreshes() < 2) {
      await page.goto(`${site.origin}/accounts`)
      await page.getByRole("row", { name: "OpenID Connect Its access token is fresh" }).waitFor()
    }
    await page.getByText("Signed in as Bo").waitFor()
  })

  claim("they sign out here, and then at the provider, and come back", async (page) => {
    await signIn(page, site, "cy")
    await page.getByRole("link", { name: "Sign out" }).click()
    await page.getByRole("button", { name: "Sign out" }).click()
    // The provider asks whether it shall end its own session too.
    assert.equal(new URL(page.url()).origin, provider.issuer)
    await page.getByRole("button", { name: "Yes, sign me out" }).click()
    await page.getByRole("heading", { level: 1, name: "Your Azure DevOps at a glance" }).waitFor()
    assert.equal(page.url(), `${site.origin}/`)
    await page.goto(`${site.origin}/accounts`)
    await page.getByRole("button", { name: "Sign in with OpenID Connect" }).waitFor()
  })

  claim("who says no comes back to the page with the providers", async (page) => {
    await start(page, site)
    await page.getByRole("link", { name: "Cancel" }).click()
    await page.getByRole("alert").waitFor()
    assert.equal(new URL(page.url()).origin, site.origin)
    await page.getByRole("button", { name: "Sign in with OpenID Connect" }).waitFor()
    provider.told.length = 0
  })
}

/** Goes from the sign-in page to the provider's. */
async function start(page, site) {
  await page.goto(`${site.origin}/api/auth/signin?callbackUrl=%2F`)
  await page.getByRole("button", { name: "Sign in with OpenID Connect" }).click()
  await page.getByPlaceholder("Enter any login").waitFor()
}

/** Signs somebody in whom the provider has not seen before. */
async function signIn(page, site, login) {
  await start(page, site)
  await page.getByPlaceholder("Enter any login").fill(login)
  await page.getByPlaceholder("and password").fill("anything")
  await page.getByRole("button", { name: "Sign-in" }).click()
  await page.getByRole("button", { name: "Continue" }).click()
  await page.waitForURL(`${site.origin}/`)
}
