// Somebody in a window of their own, with nothing in it: what they do, and what they must never come to see.

/** Opens a window. `options` are playwright's for a context. */
export async function meet(browser, site, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  return new Person(context, page, site)
}

export class Person {
  /** What the browser said or asked for that no page of ours gives it reason to. */
  complaints = []
  /** The answer that brought the page they are at. */
  answer

  constructor(context, page, site) {
    Object.assign(this, { context, page, site })
    const ours = new Set([site.origin, site.provider, ...Object.values(site.providers ?? {})].map((url) => new URL(url).origin))
    page.on("response", (response) => {
      if (!response.request().isNavigationRequest() || response.frame() !== page.mainFrame()) return
      this.answer = response
      const { "content-type": type, "content-security-policy": policy = "" } = response.headers()
      const isOurs = /\/api\/auth\//.test(response.url()) && /html/.test(type)
      if (isOurs && !policy.startsWith("default-src 'none'")) this.complaints.push(`it has no policy: ${response.url()}`)
    })
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url())
      if (protocol !== "data:" && !ours.has(origin)) this.complaints.push(`it asks another machine: ${request.url()}`)
    })
    context.on("console", (message) => {
      // Chromium says so of any page with such a status.
      const isStatus = /^Failed to load resource: the server responded with a status of [45]/.test(message.text())
      if (!isStatus || message.location().url !== this.answer?.url()) this.complaints.push(message.text())
    })
    context.on("weberror", (error) => this.complaints.push(String(error.error())))
  }

  /** Goes to an address, or a path of the site. */
  open = (address) => this.page.goto(new URL(address, this.site.origin).href)

  /** Presses what that selector finds. */
  press = (selector) => this.page.locator(selector).click()

  /** Waits until they are at that path. */
  arrives = (path) => this.page.waitForURL((url) => url.href.startsWith(new URL(path, this.site.origin).href))

  /** Forgets all cookies. */
  forget = () => this.context.clearCookies()

  /** Lets the pretend Azure DevOps of the site fail, for good. */
  async fault(fault) {
    const answer = await fetch(`${this.site.provider}/_pretend/fault`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault),
    })
    if (answer.status !== 204) throw new Error(`the fault was refused: ${await answer.text()}`)
  }

  leave() {
    return this.context.close()
  }
}
