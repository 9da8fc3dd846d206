// Who is signed in.

import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"

export function session(claim) {
  claim("SessionProvider", "says `loading` until it knows who is there", async (window) => {
    const tab = await window.tab()
    await tab.signedOut()
    const seen = await tab.page.evaluate(() => window.seen)
    assert.equal(seen.at(0), "loading")
    assert.equal(seen.at(-1), "unauthenticated")
  })

  claim("SessionProvider", "takes the session that it is handed, and does not ask", async (window) => {
    const tab = await window.emptyTab()
    const asked = tab.count(SESSION)
    const expires = new Date(Date.now() + 60_000).toISOString()
    await tab.open({ session: { user: { name: "Somebody" }, expires } })
    await tab.shows("authenticated", "Somebody")
    await tab.open({ session: null })
    await tab.signedOut()
    assert.equal(asked.requests, 0)
  })

  claim("SessionProvider", "asks again every `refetchInterval` seconds", async (window) => {
    const tab = await window.emptyTab()
    await tab.page.clock.install()
    await tab.open({ refetchInterval: 60 })
    await tab.signIn()
    // The page shows who is there before it has set its alarm, so time passes until it rings.
    await again(tab.signedOut(), async () => {
      await window.forget()
      await tab.page.clock.fastForward(60_000)
    })
  })

  claim("SessionProvider", "asks again when its tab is looked at again", async (window) => {
    const tab = await window.tab()
    await tab.signIn()
    await again(tab.signedOut(), async () => {
      await window.forget()
      await tab.lookAgain()
    })
  })

  claim("useSession", "gives the person who signed in", async (window) => {
    const tab = await window.tab()
    await tab.signedOut()
    await tab.signIn()
    const { status, data } = await tab.page.evaluate(() => window.session)
    assert.equal(status, "authenticated")
    assert.equal(data.user.name, "Norma Paulk")
    assert.equal(data.user.email, "norma@fabrikam.example")
  })

  claim("useSession", "sends a stranger to sign in when a session is `required`, and back", async (window) => {
    const tab = await window.emptyTab()
    await tab.open({ required: true })
    await tab.arrives("/api/auth/signin?error=SessionRequired&callbackUrl=")
    await tab.page.getByRole("button", { name: "Azure DevOps" }).click()
    await tab.arrives(`/${window.line}?props=`)
    await tab.signedIn()
  })

  claim("getSession", "gives `null` when nobody is signed in", async (window) => {
    const tab = await window.tab()
    assert.equal(await tab.call("getSession"), null)
    await tab.signedOut()
  })

  claim("getSession", "gives the person and the end of their session", async (window) => {
    const tab = await window.tab()
    await tab.signIn()
    const { user, expires, ...rest } = await tab.call("getSession")
    assert.equal(user.name, "Norma Paulk")
    assert(Date.parse(expires) > Date.now())
    assert.deepEqual(rest, {})
  })
}

/**
 * Does it until that came true. v5 asks for the session twice when it begins, and an answer that is on its way brings
 * back the cookie that was forgotten.
 */
async function again(wish, step) {
  let settled = false
  const settle = () => (settled = true)
  wish.then(settle, settle)
  while (!settled) {
    await step()
    await sleep(100)
  }
  await wish
}

const SESSION = "/api/auth/session"
