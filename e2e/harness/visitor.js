// A browser without a page: it keeps cookies, and sends requests as the official client does.

import assert from "node:assert/strict"

export class Visitor {
  #cookies = new Map()

  /** `cookies` are those it comes with, by name. */
  constructor(site, cookies = {}) {
    this.site = site
    this.#cookies = new Map(Object.entries(cookies))
  }

  /** Its cookies as a header. */
  get cookieHeader() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  }

  /** The names of its cookies that begin so. */
  names(prefix) {
    return [...this.#cookies.keys()].filter((name) => name.startsWith(prefix)).sort()
  }

  cookie(name) {
    return this.#cookies.get(name)
  }

  /** Who is signed in. */
  async session() {
    return (await this.send("/api/auth/session")).json()
  }

  /** Changes the session. */
  async update(data) {
    return (await this.send("/api/auth/session", { json: { csrfToken: await this.csrfToken(), data } })).json()
  }

  /** Signs Norma in. */
  async signIn() {
    const { url } = await this.post("/api/auth/signin/azure-devops")
    const consent = await fetch(url, { redirect: "manual" })
    const callback = new URL(consent.headers.get("location"))
    assert.equal(callback.origin, this.site.origin)
    const back = await this.send(callback.pathname + callback.search)
    assert.equal(back.headers.get("location"), `${this.site.origin}/`)
  }

  async csrfToken() {
    return (await (await this.send("/api/auth/csrf")).json()).csrfToken
  }

  /** Sends one of the client's forms, and gives the answer's JSON. */
  async post(path) {
    const form = { csrfToken: await this.csrfToken(), callbackUrl: "/" }
    return (await this.send(path, { form })).json()
  }

  /** Sends a request to where the site listens, whatever it calls itself. */
  async send(path, { form, json } = {}) {
    const headers = { cookie: this.cookieHeader, "x-auth-return-redirect": form ? "1" : undefined }
    if (!form) delete headers["x-auth-return-redirect"]
    if (json) headers["content-type"] = "application/json"
    const body = form ? new URLSearchParams(form) : json && JSON.stringify(json)
    const method = body ? "POST" : "GET"
    const answer = await fetch(this.site.address + path, { method, headers, body, redirect: "manual" })
    for (const line of answer.headers.getSetCookie()) this.#take(line)
    return answer
  }

  #take(line) {
    const [pair, ...attributes] = line.split("; ")
    const name = pair.slice(0, pair.indexOf("="))
    if (attributes.includes("Max-Age=0")) this.#cookies.delete(name)
    else this.#cookies.set(name, pair.slice(name.length + 1))
  }
}
