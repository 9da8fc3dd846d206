// Signing in by a name and a password.

import assert from "node:assert/strict"

export function credentials(claim) {
  claim("signIn", "lets in whoever gives the right credentials, without leaving the page", async (window) => {
    const tab = await window.tab({ refetchOnWindowFocus: false })
    await tab.signedOut()
    const { status, ok, error, url } = await tab.call("signIn", CREDENTIALS, { ...ada, redirect: false })
    assert.deepEqual({ status, ok, error: error ?? null }, { status: 200, ok: true, error: null })
    assert.equal(url, tab.page.url())
    await tab.signedIn("Ada Lovelace")
    assert.equal((await tab.call("getSession")).user.name, "Ada Lovelace")
  })

  claim(
    "signIn",
    "tells of `CredentialsSignin` and the code `credentials` when they are wrong",
    async (window) => {
      const tab = await window.tab()
      for (const given of WRONG) {
        const answer = await tab.call("signIn", CREDENTIALS, { ...given, redirect: false })
        const refusal = { error: "CredentialsSignin", code: "credentials", status: 200, ok: true, url: null }
        assert.deepEqual(answer, refusal)
      }
      await tab.signedOut()
    },
    { line: "v5" },
  )

  claim(
    "signIn",
    "tells of `CredentialsSignin` and status 401 when they are wrong",
    async (window) => {
      const tab = await window.tab()
      for (const given of WRONG) {
        const answer = await tab.call("signIn", CREDENTIALS, { ...given, redirect: false })
        assert.deepEqual(answer, { error: "CredentialsSignin", status: 401, ok: false, url: null })
      }
      await tab.signedOut()
    },
    { line: "v4", tolerates: refused },
  )

  claim(
    "signIn",
    "hands on the code that the application refuses with",
    async (window) => {
      const tab = await window.tab()
      const { error, code } = await tab.call("signIn", CREDENTIALS, { ...grace, redirect: false })
      assert.deepEqual({ error, code }, { error: "CredentialsSignin", code: "account_locked" })
      await tab.signedOut()
    },
    { line: "v5" },
  )

  claim("signIn", "goes to the `callbackUrl` with the right credentials", async (window) => {
    const tab = await window.tab()
    await tab.leave("signIn", CREDENTIALS, { ...ada, callbackUrl: `/${window.line}?there=1` })
    await tab.arrives(`/${window.line}?there=1`)
    await tab.signedIn("Ada Lovelace")
  })

  claim(
    "signIn",
    "goes to the page with the form when they are wrong, and from there to the `callbackUrl`",
    async (window) => {
      const tab = await window.tab()
      const refusals = [
        [WRONG[0], "credentials", "Check them, then try again."],
        [grace, "account_locked", "This account is locked."],
      ]
      for (const [given, code, words] of refusals) {
        await tab.open()
        await tab.leave("signIn", CREDENTIALS, { ...given, callbackUrl: `/${window.line}?there=1` })
        await tab.arrives(`/api/auth/signin?error=CredentialsSignin&code=${code}`)
        await tab.page.getByRole("alert").filter({ hasText: words }).waitFor()
      }
      await tab.page.getByLabel("User name").fill(ada.username)
      await tab.page.getByLabel("Password").fill(ada.password)
      await tab.page.getByRole("button", { name: "Sign in with a password" }).click()
      await tab.arrives(`/${window.line}?there=1`)
      await tab.signedIn("Ada Lovelace")
    },
    { tolerates: refused },
  )

  claim("signOut", "ends a session that began with credentials", async (window) => {
    const tab = await window.tab()
    await tab.call("signIn", CREDENTIALS, { ...ada, redirect: false })
    await tab.signedIn("Ada Lovelace")
    await tab.call("signOut", { redirect: false })
    await tab.signedOut()
    assert.deepEqual(await window.sessionCookies(), [])
  })
}

const CREDENTIALS = "credentials"
const ada = { username: "ada", password: "correct horse" }
/** Her account is locked. */
const grace = { username: "grace", password: "correct horse" }
const WRONG = [
  { username: "ada", password: "guessed" },
  { username: "nobody", password: "correct horse" },
  { username: "ada", password: "" },
  { username: "ada" },
]

/** v4 is told by the status, and Chromium says so in the console. */
function refused({ text }, line) {
  return line === "v4" && /^Failed to load resource: .* 401 /.test(text)
}
