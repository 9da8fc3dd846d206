// A tab with the test page: what a script in it could do, and what a person would see.

export class Tab {
  constructor(page, window) {
    Object.assign(this, { page, window })
  }

  /** Opens the page; `props` are for its `SessionProvider`. */
  async open(props) {
    const query = props ? `?${new URLSearchParams({ props: JSON.stringify(props) })}` : ""
    await this.page.goto(`${this.window.site.origin}/${this.window.line}${query}`)
  }

  /** Calls a function of the official client, and gives what it gives. */
  call(name, ...parameters) {
    return this.page.evaluate(([name, parameters]) => window.client[name](...parameters), [name, parameters])
  }

  /** Calls a function of the official client that leads away from the page. */
  async leave(name, ...parameters) {
    await this.page.evaluate(([name, parameters]) => void window.client[name](...parameters), [name, parameters])
  }

  /** What `useSession` gave for `update`. */
  update(...parameters) {
    return this.page.evaluate((parameters) => window.session.update(...parameters), parameters)
  }

  /** Waits until the page shows that status, and that name. */
  async shows(status, name = "") {
    const person = this.page.locator(`output[data-status="${status}"]`, { hasText: new RegExp(`^${name}$`) })
    await person.waitFor({ state: "attached" })
  }

  /** Waits until the page knows who is there. */
  async knows() {
    await this.page.locator('output:not([data-status="loading"])').waitFor({ state: "attached" })
  }

  /** Waits until somebody is signed in: Norma, or another. */
  async signedIn(name = "Norma Paulk") {
    await this.shows("authenticated", name)
  }

  async signedOut() {
    await this.shows("unauthenticated")
  }

  /** Signs Norma in, and comes back. */
  async signIn() {
    await this.leave("signIn", "azure-devops")
    await this.signedIn()
  }

  /** Waits until the tab is at an address of the site that begins so. */
  async arrives(start) {
    await this.page.waitForURL((url) => url.href.startsWith(this.window.site.origin + start))
  }

  /** Looks at the tab again, after having been elsewhere. A page without a screen is never out of sight. */
  async lookAgain() {
    await this.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")))
  }

  /**
   * Waits until other tabs would hear from this one. What v4 tells them is an entry of the local storage with the
   * second of its writing, and an entry that stays the same is no event.
   */
  async canBeHeard() {
    await this.page.waitForFunction(() => {
      const { timestamp = 0 } = JSON.parse(localStorage.getItem("nextauth.message") ?? "{}")
      return timestamp !== Math.floor(Date.now() / 1000)
    })
  }

  /** Counts the requests for that path of the site, from now on. */
  count(path) {
    const counted = { requests: 0 }
    this.page.on("request", (request) => {
      if (request.url() === this.window.site.origin + path) counted.requests += 1
    })
    return counted
  }
}
