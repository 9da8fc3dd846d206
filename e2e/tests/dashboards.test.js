// The example dashboards as a person meets them, in a browser that runs no scripts.

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { Window, openBrowser } from "../harness/browser.js"
import { openDashboard } from "../harness/dashboard.js"
import { ADAPTERS } from "../harness/site.js"

let browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

for (const adapter of ADAPTERS) {
  let site
  before(async () => {
    site = await openDashboard(adapter)
  })
  after(() => site.close())

  const claim = (what, body, { tolerates, at = () => site } = {}) =>
    test(`dashboard-${adapter}: ${what}`, { timeout: 30_000 }, async () => {
      const site = await at()
      const window = await Window.open(browser, { site, tolerates, javaScriptEnabled: false })
      try {
        const { page } = await window.emptyTab()
        await page.goto(site.origin)
        await body(page)
        assert.deepEqual(window.complaints, [], "the browser complained")
        assert.deepEqual(window.elsewhere, [], "something was asked of another machine")
      } finally {
        await window.close()
      }
    })

  claim("a person clicks from the first page to what is planned and out again, without a script", async (page) => {
    await sees(page, "Your Azure DevOps at a glance")
    await signIn(page)
    await sees(page, "Organisations")
    await page.getByRole("link", { name: "fabrikam" }).click()
    await sees(page, "fabrikam")
    await page.getByRole("link", { name: "Field Notes" }).click()
    await sees(page, "Work items")
    await page.getByRole("rowheader", { name: "A photo taken upside down stays upside down" }).waitFor()

    await page.getByRole("link", { name: "Sign out" }).click()
    await page.getByRole("button", { name: "Sign out" }).click()
    await sees(page, "Your Azure DevOps at a glance")
    await page.goto(`${site.origin}/dashboard`)
    await page.getByRole("button", { name: "Sign in with Azure DevOps" }).waitFor()
  })

  for (const tenant of ["organizations", "common", "fabrikam.example"]) {
    let there
    after(() => there?.close())
    const at = async () => (there = await openDashboard(adapter, { PRETEND_TENANT: tenant }))

    claim(`a person signs in with Microsoft Entra ID, set up for ${tenant}, and sees the same`, signInByEntra, { at })
  }

  claim(
    "whoever Azure DevOps does not know is told so, by keyboard alone",
    async (page) => {
      await page.goto(`${site.origin}/dashboard`)
      await page.getByRole("button", { name: "Sign in with Pretend OpenID" }).press("Enter")
      await sees(page, "Who are you?")
      await page.keyboard.press("Tab")
      await page.keyboard.press("Enter")
      await sees(page, "Let Dashboard in?")
      await page.keyboard.press("Tab")
      await page.keyboard.press("Enter")
      await sees(page, "Azure DevOps does not know this account")
      await page.getByText("Signed in as Ada Byron").waitFor()
    },
    // Chromium says so of any page with that status.
    {
      tolerates: ({ text, at }) =>
        /^Failed to load resource: .* 403 /.test(text) && at === `${site.origin}/dashboard`,
    },
  )

  claim("whoever is signed in stays so while their access token is refreshed", async (page) => {
    await signIn(page)
    const refreshes = () => site.log().split("tokens refreshed").length - 1
    const before = refreshes()
    while (refreshes() < before + 2) {
      await page.reload()
      await sees(page, "Organisations")
      await page.getByText("Signed in as Norma Paulk").waitFor()
    }
    assert.deepEqual(await violations(), [])
  })

  claim(
    "an address that leads nowhere is a page that says so, to strangers and to others",
    async (page) => {
      for (const arrive of [() => {}, () => signIn(page)]) {
        await arrive()
        for (const path of LOST) {
          const answer = await page.goto(site.origin + path)
          assert.equal(answer.status(), 404, path)
          await sees(page, "There is no such page")
          await page.getByRole("link", { name: "To the first page" }).click()
        }
      }
    },
    // Chromium says so of any page with that status.
    {
      tolerates: ({ text, at }) =>
        /^Failed to load resource: .* 404 /.test(text) && LOST.includes(at.slice(site.origin.length)),
    },
  )

  const violations = async () => (await (await fetch(`${site.provider}/_pretend/log`)).json()).violations
}

const LOST = ["/nowhere", "/org/fabrikam/project", "/org/%FF"]

/** Signs Norma in, from any page that lets her. */
async function signIn(page) {
  await page.getByRole("link", { name: "See your organisations" }).click()
  await page.getByRole("button", { name: "Sign in with Azure DevOps" }).click()
  await page.getByRole("button", { name: "Norma Paulk" }).click()
  await page.getByRole("button", { name: "Accept" }).click()
  await page.getByText("Signed in as Norma Paulk").waitFor()
}

/** Signs Norma in by Microsoft Entra ID, as somebody who is not offered, and goes to her projects. */
async function signInByEntra(page) {
  await page.getByRole("link", { name: "See your organisations" }).click()
  await page.getByRole("button", { name: "Sign in with Microsoft Entra ID" }).click()
  await sees(page, "Pick an account")
  await page.getByText("Use another account").click()
  await page.getByLabel("User name").fill("norma@fabrikam.example")
  await page.getByRole("button", { name: "Next" }).click()
  await sees(page, "Permissions requested")
  await page.getByRole("button", { name: "Accept" }).click()
  await sees(page, "Organisations")
  await page.getByRole("link", { name: "fabrikam" }).click()
  await page.getByRole("link", { name: "Field Notes" }).waitFor()
}

/** Waits for the page with that heading. */
async function sees(page, heading) {
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor()
}
