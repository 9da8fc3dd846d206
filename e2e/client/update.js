// Changing the session.

import assert from "node:assert/strict"

export function update(claim) {
  claim("update", "hands the application what it is given, and shows what became of it", async (window) => {
    const tab = await window.tab()
    await tab.signIn()
    const { user, claims } = await tab.update({ name: "Norma Jean", claims: { theme: "grün" } })
    assert.equal(user.name, "Norma Jean")
    assert.deepEqual(claims, { theme: "grün" })
    await tab.signedIn("Norma Jean")
    assert.equal((await tab.call("getSession")).user.name, "Norma Jean")
  })

  claim("update", "reads the session again when it is given nothing", async (window) => {
    const tab = await window.tab()
    await tab.signIn()
    const asked = tab.count("/api/auth/session")
    assert.equal((await tab.update()).user.name, "Norma Paulk")
    assert.equal(asked.requests, 1)
    await tab.signedIn()
  })

  claim("update", "gives nobody when nobody is signed in", async (window) => {
    const tab = await window.tab()
    await tab.signedOut()
    // v5 gives `null`, v4 nothing at all.
    assert.equal((await tab.update({ name: "Nobody" })) ?? null, null)
    await tab.signedOut()
  })

  claim(
    "update",
    "keeps a session that is larger than a cookie, in several, and in one when it shrinks",
    async (window) => {
      const tab = await window.tab()
      await tab.signIn()
      const names = async () => (await window.sessionCookies()).map((cookie) => cookie.name).sort()
      const large = "€".repeat(2000)
      await tab.update({ claims: large })
      assert.deepEqual(await names(), [0, 1, 2].map((chunk) => `authjs.session-token.${chunk}`))
      assert.equal((await tab.call("getSession")).claims, large)
      await tab.update({ claims: "small" })
      // v5 asks for the session by itself as well, and an answer that was on its way brings the chunks back.
      if ((await names()).length > 1) await tab.update({ claims: "small" })
      assert.deepEqual(await names(), ["authjs.session-token"])
      assert.equal((await tab.call("getSession")).claims, "small")
    },
    { sessions: "cookie" },
  )

  claim(
    "update",
    "leaves a session that is larger than a cookie in the store",
    async (window) => {
      const tab = await window.tab()
      await tab.signIn()
      const large = "€".repeat(2000)
      await tab.update({ claims: large })
      assert.equal((await tab.call("getSession")).claims, large)
      const [cookie, ...others] = await window.sessionCookies()
      assert.deepEqual(others, [])
      assert(cookie.value.length < 100)
    },
    { sessions: "store" },
  )
}
