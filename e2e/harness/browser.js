// Chromium, and a person's window in it.

import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { chromium } from "playwright-core"
import { Tab } from "./tab.js"

/** Starts one without a screen. Its profile is a new one, and goes with it. */
export function openBrowser() {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  const executablePath = places.find((place) => place && existsSync(place))
  assert(executablePath, "there is no Chromium: install it, or say where it is in CHROMIUM")
  // It runs as root in CI, where its sandbox cannot be, and sees no page but those of the tests.
  return chromium.launch({ executablePath, chromiumSandbox: false, args: ["--disable-gpu", "--disable-quic"] })
}

/** One person's window: cookies of its own, and any number of tabs. */
export class Window {
  #context
  #complaints = []
  #elsewhere = []

  constructor(context, { site, line, tolerates = () => false }) {
    Object.assign(this, { site, line })
    this.#context = context
    context.setDefaultTimeout(10_000)
    context.on("console", (message) => {
      const complaint = { text: message.text(), at: message.location().url }
      if (["error", "warning", "assert"].includes(message.type()) && !tolerates(complaint)) {
        this.#complaints.push(complaint)
      }
    })
    context.on("weberror", (error) => this.#complaints.push({ text: String(error.error()) }))
    context.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url())
      if (protocol !== "data:" && !LOOPBACK.includes(hostname)) this.#elsewhere.push(request.url())
    })
  }

  static async open(browser, { javaScriptEnabled = true, ...options }) {
    return new Window(await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled }), options)
  }

  /**
   * A new tab with the page of this window's client, when it knows who is there; `props` are for its `SessionProvider`.
   *
   * To a browser without cookies that first answer brings a CSRF cookie, at Auth.js as here. A form whose token was
   * fetched meanwhile would be refused.
   */
  async tab(props) {
    const tab = await this.emptyTab()
    await tab.open(props)
    await tab.knows()
    return tab
  }

  /** A new tab with nothing in it. */
  async emptyTab() {
    return new Tab(await this.#context.newPage(), this)
  }

  /** The cookies whose names begin so. */
  async cookies(prefix) {
    const cookies = await this.#context.cookies()
    return cookies.filter((cookie) => cookie.name.startsWith(prefix))
  }

  /** The cookies of the session, one or its chunks. */
  async sessionCookies() {
    const cookies = await this.#context.cookies()
    return cookies.filter((cookie) => /^(__Secure-)?authjs\.session-token/.test(cookie.name))
  }

  /** Puts cookies back. */
  async setCookies(cookies) {
    await this.#context.addCookies(cookies)
  }

  /** Forgets all cookies. */
  async forget() {
    await this.#context.clearCookies()
  }

  /** What its tabs complained about in their consoles, but for what is tolerated. */
  get complaints() {
    return this.#complaints
  }

  /** The addresses on other machines that its tabs asked for. */
  get elsewhere() {
    return this.#elsewhere
  }

  close() {
    return this.#context.close()
  }
}

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
