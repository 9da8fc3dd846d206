// Signing in.

import assert from "node:assert/strict"

export function signIn(claim) {
  claim("getCsrfToken", "gives the token of the cookie, and the same one again", async (window) => {
    const tab = await window.tab()
    const token = await tab.call("getCsrfToken")
    assert.match(token, /^[0-9a-f]{64}$/)
    assert.equal(await tab.call("getCsrfToken"), token)
    const [cookie, ...others] = await window.cookies("authjs.csrf-token")
    assert.deepEqual(others, [])
    assert(decodeURIComponent(cookie.value).startsWith(`${token}|`))
    assert(cookie.httpOnly)
  })

  claim("getProviders", "names the providers in their order", async (window) => {
    const tab = await window.tab()
    const base = `${window.site.origin}/api/auth`
    const provider = (id, name, type = "oauth") => ({
      id,
      name,
      type,
      signinUrl: `${base}/signin/${id}`,
      callbackUrl: `${base}/callback/${id}`,
    })
    const providers = Object.entries(await tab.call("getProviders"))
    assert.deepEqual(providers, [
      ["azure-devops", provider("azure-devops", "Azure DevOps")],
      ["github", provider("github", "GitHub")],
      ["credentials", provider("credentials", "a password", "credentials")],
    ])
  })

  claim("signIn", "goes to the provider, and comes back to the same place", async (window) => {
    const tab = await window.tab({ refetchOnWindowFocus: false })
    await tab.page.evaluate(() => (location.hash = "deep"))
    const before = tab.page.url()
    await tab.signIn()
    assert.equal(tab.page.url(), before)
  })

  claim("signIn", "comes back to the `callbackUrl`", async (window) => {
    const tab = await window.tab()
    await tab.leave("signIn", AZURE, { callbackUrl: `/${window.line}?there=1` })
    await tab.arrives(`/${window.line}?there=1`)
    await tab.signedIn()
  })

  claim("signIn", "comes back to the site when the `callbackUrl` is another's", async (window) => {
    const tab = await window.tab()
    await tab.leave("signIn", AZURE, { callbackUrl: "https://elsewhere.example/" })
    await tab.page.waitForURL(`${window.site.origin}/`)
    await tab.open()
    await tab.signedIn()
  })

  claim(
    "signIn",
    "gives the provider's address when it shall not go there",
    async (window) => {
      const tab = await window.tab()
      const { url, ...rest } = await tab.call("signIn", AZURE, { redirect: false })
      assert(url.startsWith(`${window.site.provider}/oauth2/authorize?`))
      // What is undefined does not come over from the page.
      assert.deepEqual(rest, { error: undefined, code: undefined, status: 200, ok: true })
      await tab.signedOut()
      await tab.page.goto(url)
      await tab.signedIn()
    },
    { line: "v5" },
  )

  claim(
    "signIn",
    "goes to an OAuth provider even if it shall not, as v4's does",
    async (window) => {
      const tab = await window.tab()
      await tab.leave("signIn", AZURE, { redirect: false })
      await tab.signedIn()
    },
    { line: "v4" },
  )

  claim("signIn", "hands parameters on to the provider, but for those that are the server's", async (window) => {
    const tab = await window.tab()
    // Nobody reaches GitHub.
    await tab.page.route("https://github.com/**", (route) => route.fulfill({ body: "GitHub" }))
    await tab.leave("signIn", "github", {}, { prompt: "select_account", redirect_uri: "https://elsewhere.example/" })
    await tab.page.waitForURL("https://github.com/**")
    const asked = new URL(tab.page.url()).searchParams
    assert.equal(asked.get("prompt"), "select_account")
    assert.equal(asked.get("redirect_uri"), `${window.site.origin}/api/auth/callback/github`)
    assert.equal(asked.get("code_challenge_method"), "S256")
  })

  claim("signIn", "shows the page with the providers when it is told of none", async (window) => {
    const tab = await window.tab()
    for (const provider of [undefined, "nobody"]) {
      await tab.open()
      await tab.leave("signIn", provider)
      await tab.arrives("/api/auth/signin?callbackUrl=")
    }
    await tab.page.getByRole("button", { name: "Azure DevOps" }).click()
    await tab.signedIn()
  })

  claim("signIn", "ends at the page with the providers when the person says no", async (window) => {
    const tab = await window.tab()
    // What the provider sends when somebody presses "Deny".
    await tab.page.route(`${window.site.provider}/oauth2/authorize?**`, (route) => {
      const asked = new URL(route.request().url()).searchParams
      const answer = new URLSearchParams({ error: "access_denied", state: asked.get("state") })
      return route.fulfill({ status: 302, headers: { location: `${asked.get("redirect_uri")}?${answer}` } })
    })
    await tab.leave("signIn", AZURE)
    await tab.arrives("/api/auth/signin?error=OAuthCallbackError")
    await tab.page.unroute(`${window.site.provider}/oauth2/authorize?**`)
    await tab.page.getByRole("button", { name: "Azure DevOps" }).click()
    await tab.signedIn()
  })

  claim(
    "signIn",
    "tells of `MissingCSRF` when the token is not the cookie's",
    async (window) => {
      const tab = await window.tab()
      await forget(tab)
      const { error, url, ok } = await tab.call("signIn", AZURE, { redirect: false })
      assert.deepEqual({ error, url, ok }, { error: "MissingCSRF", url: null, ok: true })
    },
    { line: "v5" },
  )

  claim(
    "signIn",
    "goes to the page with the providers when the token is not the cookie's",
    async (window) => {
      const tab = await window.tab()
      await forget(tab)
      await tab.leave("signIn", AZURE)
      await tab.arrives("/api/auth/signin?error=MissingCSRF")
    },
    { line: "v4" },
  )
}

const AZURE = "azure-devops"

/** From now on the form of a sign-in comes with a token that nobody gave out. */
async function forget(tab) {
  await tab.page.route(/\/api\/auth\/signin\/azure-devops/, (route) => {
    const form = new URLSearchParams(route.request().postData())
    form.set("csrfToken", "0".repeat(64))
    return route.continue({ postData: String(form) })
  })
}
