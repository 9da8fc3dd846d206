// axe-core, which knows the rules of WCAG that a program can check.

import axe from "axe-core"

/**
 * What axe has against the page as it is now, an entry for each element.
 *
 * The page's policy forbids every script, and stays as it is: axe runs in a world of its own beside the page's, as an
 * extension of the browser would. Both see the same elements, and the policy holds for the page's world alone.
 */
export class Axe {
  #cdp
  #world

  static async beside(page) {
    const axe = new Axe()
    axe.#cdp = await page.context().newCDPSession(page)
    const { frameTree } = await axe.#cdp.send("Page.getFrameTree")
    const world = { frameId: frameTree.frame.id, worldName: "axe" }
    axe.#world = (await axe.#cdp.send("Page.createIsolatedWorld", world)).executionContextId
    await axe.#evaluate(SOURCE)
    return axe
  }

  async violations() {
    const options = { runOnly: TAGS, resultTypes: ["violations", "incomplete"], preload: false }
    const { violations, incomplete } = JSON.parse(await this.#evaluate(`axe.run(${JSON.stringify(options)}).then(JSON.stringify)`))
    // On plain grounds it can always tell how text reads.
    const untold = incomplete.filter(({ id }) => id === "color-contrast")
    return [...violations, ...untold].flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`))
  }

  async #evaluate(expression) {
    const { result, exceptionDetails } = await this.#cdp.send("Runtime.evaluate", {
      expression,
      contextId: this.#world,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails) throw new Error(`axe: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
    return result.value
  }
}

/** All of WCAG 2.0 to 2.2 up to AA, and what axe recommends besides. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
// The script's last value is not JSON.
const SOURCE = `${axe.source}; null`
