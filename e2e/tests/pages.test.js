// Every page that people see: for people who see little, use no mouse, have a phone, or chose their own colours.

import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { Axe } from "../harness/axe.js"
import { openBrowser } from "../harness/browser.js"
import { openDashboard } from "../harness/dashboard.js"
import { focus, layout, preferences, told } from "../harness/look.js"
import { BUILT_IN, DASHBOARD, PRETEND, SITES, choose, reasons } from "../harness/pages.js"
import { meet } from "../harness/person.js"
import { keep, show } from "../harness/pictures.js"
import { ADAPTERS, openSite } from "../harness/site.js"

/** In which languages, how wide and by what light the pages are looked at. 320 px is 1280 px at 400 % zoom. */
const RUNS = [
  { language: "en", pages: [...BUILT_IN, ...PRETEND, ...DASHBOARD], widths: [1280, 320], schemes: ["light", "dark"] },
  // One that comes with admit, and one that the site brings along, which is written from right to left.
  { language: "de", pages: BUILT_IN, widths: [320], schemes: ["light"] },
  { language: "ar", pages: BUILT_IN.filter(({ name }) => /^(sign|error-pro|refused)/.test(name)), widths: [320], schemes: ["dark"] },
]

const WRITES_PICTURES = process.env.ADMIT_WRITE_PICTURES === "1"

let browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

// Each run has its own, since people are asked some things once.
const open = new Map()
const siteOf = (name, { language }) => {
  const key = `${name} ${language}`
  return open.get(key) ?? open.set(key, SITES[name]()).get(key)
}
after(async () => {
  for (const site of open.values()) await (await site).close()
})

describe("pages", { concurrency: 2 }, () => {
  for (const run of RUNS) {
    for (const page of run.pages) claim(page, run)
    claimReasons(run)
  }
})

function claim({ name, at, status = 200, go, shows, picture, isPretend, alone }, { language, widths, schemes }) {
  const full = language === "en" ? name : `${name}-${language}`

  test(`pages: ${full} can be read and used by everybody`, { timeout: 60_000 }, async () => {
    const site = await (alone ? SITES[at]() : siteOf(at, { language }))
    const person = await meet(browser, site, { locale: language })
    const { page } = person
    try {
      await go(person)
      await page.locator(shows).first().waitFor({ state: "attached" })
      assert.equal(person.answer.status(), status)
      const isBuiltIn = BUILT_IN.some((page) => page.name === name)
      const wrong = [...headers(person.answer, isPretend), ...(await told(page, isBuiltIn ? language : "en"))]
      const axe = await Axe.beside(page)
      for (const width of widths) {
        await page.setViewportSize({ width, height: 800 })
        wrong.push(...(await layout(page, { least: isBuiltIn ? OURS : LEAST })))
        for (const colorScheme of schemes) {
          await page.emulateMedia({ colorScheme })
          wrong.push(...(await axe.violations()))
          await keep(page, `${full}-${colorScheme}-${width}`)
        }
      }
      wrong.push(...(await preferences(page)), ...(await focus(page)))
      assert.equal([...new Set(wrong)].join("\n"), "")
      assert.deepEqual(person.complaints, [], "the browser complained")
      if (WRITES_PICTURES && language === "en") for (const scheme of picture ?? []) await show(page, name, scheme)
    } catch (error) {
      await keep(page, `failed-${full}`)
      throw error
    } finally {
      await person.leave()
      if (alone) await site.close()
    }
  })
}

function claimReasons({ language }) {
  test(`pages: every reason has an error page in ${language} that can be read on a phone`, { timeout: 120_000 }, async () => {
    const person = await meet(browser, await siteOf("all", { language }), { locale: language, viewport: { width: 320, height: 800 } })
    const { page } = person
    const headings = new Map()
    try {
      for (const [code, status] of reasons()) {
        const answer = await person.open(`/api/auth/error?error=Configuration&code=${code}&ref=b7Qk2`)
        assert.equal(answer.status(), status, code)
        assert.deepEqual([...(await layout(page, { least: OURS })), ...(await told(page, language))], [], code)
        await page.locator("[role=alert] p + p, [role=status] p + p").waitFor()
        assert.equal(await page.locator(".reference code").innerText(), "b7Qk2", code)
        const heading = await page.locator("h1").innerText()
        assert(!headings.has(heading), `${code} and ${headings.get(heading)} are both headed ${heading}`)
        headings.set(heading, code)
        await keep(page, `error-code-${code}-${language}-320`)
      }
      assert.deepEqual(person.complaints, [], "the browser complained")
    } finally {
      await person.leave()
    }
  })
}

for (const adapter of ADAPTERS) {
  story("says no, then signs in, sees who they are and signs out, by keyboard alone", {
    open: () => openSite({ adapter, sessions: "store", ways: "one" }),
    adapter,
    async tell(person) {
      await person.open("/private")
      await keys(person, "Sign in with Azure DevOps", "Norma Paulk", "Deny")
      await person.page.locator("[role=alert]:focus").waitFor()
      await keys(person, "Sign in with Azure DevOps", "Norma Paulk", "Accept")
      await person.page.getByRole("heading", { level: 1, name: "Norma Paulk" }).waitFor()
      await keys(person, "Sign out", "Sign out")
      await person.arrives("/bye")
      await person.open("/private")
      await person.arrives("/api/auth/signin")
    },
  })

  story("signs in, connects a second account, ends another session, and signs out", {
    open: () => openDashboard(adapter),
    adapter,
    async tell(person, elsewhere) {
      const link = 'form[action$="/link/microsoft-entra-id"] button'
      const end = 'form[action*="/sessions/"][action$="/end"]:not([action*="/others/"], [action*="/all/"]) button'
      for (const window of [person, elsewhere]) {
        await window.open(ACCOUNT)
        await window.press('form[data-provider="azure-devops"] button')
        await choose(window, "Norma Paulk", "Accept")
        await window.arrives(ACCOUNT)
      }

      await person.press(link)
      await choose(person, "Norma Paulk", "Accept")
      await person.arrives(ACCOUNT)
      assert.equal(await person.page.locator(link).count(), 0, "it is connected")

      assert.equal(await person.page.locator(end).count(), 1, "one other session")
      await person.press(end)
      await person.arrives(ACCOUNT)
      assert.equal(await person.page.locator(end).count(), 0, "it is over")
      await elsewhere.open(ACCOUNT)
      await elsewhere.arrives("/api/auth/signin")

      await person.open("/api/auth/signout")
      await person.press('form[action$="/signout"] button')
      await person.open(ACCOUNT)
      await person.arrives("/api/auth/signin")
    },
  })
}

/** What a person does in a browser that runs no scripts, and what they do in a second one. */
function story(what, { open, adapter, tell }) {
  test(`pages: on ${adapter} a person without a script ${what}`, { timeout: 60_000 }, async () => {
    const site = await open()
    const windows = [await meet(browser, site, WITHOUT_SCRIPT), await meet(browser, site, WITHOUT_SCRIPT)]
    try {
      await tell(...windows)
      assert.deepEqual(windows.flatMap((window) => window.complaints), [], "the browser complained")
    } finally {
      for (const window of windows) await window.leave()
      await site.close()
    }
  })
}

/** Goes to what is called so with the Tab key and presses Enter, one after the other. */
async function keys({ page }, ...names) {
  for (const name of names) {
    let focused = ""
    for (let pressed = 0; !focused.includes(name); pressed += 1) {
      assert(pressed < 40, `the Tab key does not lead to ${name}`)
      await page.keyboard.press("Tab")
      focused = await page.evaluate(() => document.activeElement.textContent.trim())
    }
    await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")])
  }
}

/** What is wrong with the headers of a page. */
function headers(answer, isPretend) {
  const found = answer.headers()
  const policy = found["content-security-policy"] ?? ""
  const wanted = ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]
  const wrong = wanted.filter((directive) => !policy.split("; ").includes(directive))
  if (!isPretend && policy.includes("unsafe")) wrong.push("the policy has something unsafe")
  if (!/no-store/.test(found["cache-control"])) wrong.push("it may be kept")
  return wrong
}

const WITHOUT_SCRIPT = { javaScriptEnabled: false }
/** Where people see their accounts and sessions. */
const ACCOUNT = "/api/auth/account"
/** How small a target may be, in CSS pixels: WCAG 2.2 wants 24, and a thumb 44. */
const LEAST = 24
const OURS = 44
