// Two tabs of one window.

import assert from "node:assert/strict"

export function tabs(claim) {
  const hears = "hears from another tab who signed in, changed the session and signed out"
  claim("SessionProvider", hears, async (window) => {
    const [one, other] = [await window.tab(), await window.tab()]
    await other.signedOut()
    await one.canBeHeard()
    await one.signIn()
    await other.signedIn()
    await one.canBeHeard()
    await one.update({ name: "Norma Jean" })
    await other.signedIn("Norma Jean")
    await one.canBeHeard()
    await one.call("signOut", { redirect: false })
    await other.signedOut()
  })

  claim("signIn", "works in two tabs at once", async (window) => {
    const tabs = [await window.tab({ refetchOnWindowFocus: false }), await window.tab()]
    const before = tabs.map((tab) => tab.page.url())
    // Both trips have begun before either comes back.
    let begun = 0
    let bothBegan
    const wait = new Promise((resolve) => (bothBegan = resolve))
    for (const tab of tabs) {
      await tab.page.route(`${window.site.provider}/oauth2/authorize?**`, async (route) => {
        begun += 1
        if (begun === tabs.length) bothBegan()
        await wait
        await route.continue()
      })
      await tab.leave("signIn", "azure-devops")
    }
    await Promise.all(tabs.map((tab) => tab.signedIn()))
    assert.deepEqual(
      tabs.map((tab) => tab.page.url()),
      before,
    )
    assert.equal((await window.cookies("admit.pending")).length, 0)
  })
}
