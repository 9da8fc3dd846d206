// Signing out.

import assert from "node:assert/strict"

export function signOut(claim) {
  claim("signOut", "comes back to the same place, and nobody is signed in", async (window) => {
    const tab = await window.tab({ refetchOnWindowFocus: false })
    await tab.signIn()
    const before = tab.page.url()
    await tab.leave("signOut")
    await tab.signedOut()
    assert.equal(tab.page.url(), before)
    assert.deepEqual(await window.sessionCookies(), [])
  })

  claim("signOut", "goes to the `callbackUrl`", async (window) => {
    const tab = await window.tab()
    await tab.signIn()
    await tab.leave("signOut", { callbackUrl: "/bye" })
    await tab.page.waitForURL(`${window.site.origin}/bye`)
    assert.deepEqual(await window.sessionCookies(), [])
  })

  claim("signOut", "gives the address when it shall not go there", async (window) => {
    const tab = await window.tab()
    await tab.signIn()
    const answer = await tab.call("signOut", { redirect: false, callbackUrl: "/bye" })
    assert.deepEqual(answer, { url: `${window.site.origin}/bye` })
    await tab.signedOut()
    assert.deepEqual(await window.sessionCookies(), [])
  })

  claim("signOut", "ends the session for a copy of its cookie too", async (window) => {
    const tab = await window.tab()
    await tab.signIn()
    const copies = await window.sessionCookies()
    await tab.call("signOut", { redirect: false })
    await window.setCookies(copies)
    assert.equal(await tab.call("getSession"), null)
  })

  claim("signOut", "is no mishap when nobody is signed in", async (window) => {
    const tab = await window.tab()
    const { url } = await tab.call("signOut", { redirect: false })
    assert.equal(url, tab.page.url())
    await tab.signedOut()
  })
}
