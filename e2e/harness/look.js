// What a person's eyes and hands find on a page: each function tells what is wrong, and nothing if all is well.

/** What is wrong with the layout at the width that the page has now. `least` is how small a target may be, in CSS pixels. */
export function layout(page, { least }) {
  return page.evaluate(
    ({ least, controls }) => {
      const wrong = []
      const { scrollWidth, clientWidth } = document.documentElement
      if (scrollWidth > clientWidth) wrong.push(`it scrolls sideways: ${scrollWidth} px of ${clientWidth}`)
      for (const element of document.querySelectorAll("main, main *, header, footer")) {
        const { overflowX } = getComputedStyle(element)
        // What is there for a screen reader alone is a pixel wide.
        if (["hidden", "clip"].includes(overflowX) && element.clientWidth > 1 && element.scrollWidth > element.clientWidth) {
          wrong.push(`it is cut off: ${element.outerHTML.slice(0, 80)}`)
        }
      }
      for (const element of document.querySelectorAll(controls)) {
        if (!element.checkVisibility()) continue
        // A link within a sentence is as high as its line (WCAG 2.2, 2.5.8).
        const isInSentence =
          getComputedStyle(element).display === "inline" && element.parentElement.textContent.trim() !== element.textContent.trim()
        // A link may be spread over the box that it stands in.
        const { position, top, left } = getComputedStyle(element, "::after")
        const isSpread = position === "absolute" && top === "0px" && left === "0px"
        const { width, height } = (isSpread ? element.offsetParent : element).getBoundingClientRect()
        if (!isInSentence && Math.min(width, height) < least) {
          wrong.push(`it is too small, ${Math.round(width)} by ${Math.round(height)} px: ${element.outerHTML.slice(0, 80)}`)
        }
      }
      return wrong
    },
    { least, controls: CONTROLS },
  )
}

/** What is wrong when a person goes through the page with the Tab key. */
export async function focus(page) {
  const count = await page.evaluate((controls) => {
    // Of radio buttons of one name the Tab key stops at the chosen one, or at the first; arrows lead to the others.
    const isStop = (element) => {
      if (element.type !== "radio") return true
      const group = [...element.form.querySelectorAll(`[type=radio][name="${element.name}"]`)]
      return element === (group.find((radio) => radio.checked) ?? group[0])
    }
    window.stops = [...document.querySelectorAll(controls)].filter((element) => element.checkVisibility() && isStop(element))
    return window.stops.length
  }, CONTROLS)
  const seen = new Set()
  const wrong = []
  let last = -1
  let turns = 0
  // The focus may begin in the middle; after the last stop it leaves the page, and comes back to the first.
  for (let pressed = 0; seen.size < count && pressed < 2 * count + 4; pressed += 1) {
    await page.keyboard.press("Tab")
    const { place, ring, html } = await page.evaluate(() => {
      const element = document.activeElement
      const ring = [null, "::after"].some((part) => {
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element, part)
        return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && !outlineColor.endsWith(", 0)")
      })
      return { place: window.stops.indexOf(element), ring, html: element.outerHTML.slice(0, 80) }
    })
    if (place === -1) continue
    if (!ring) wrong.push(`it does not show its focus: ${html}`)
    if (place <= last) turns += 1
    last = place
    seen.add(place)
  }
  if (turns > 1) wrong.push("the Tab key goes through it in another order than it is read")
  if (seen.size < count) wrong.push(`the Tab key reaches ${seen.size} of ${count} controls`)
  return wrong
}

/** What is wrong for a person who has chosen their own colours, and wants nothing to move. */
export async function preferences(page) {
  await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" })
  const wrong = await page.evaluate((controls) => {
    const wrong = []
    for (const element of document.querySelectorAll(controls)) {
      if (!element.checkVisibility()) continue
      const style = getComputedStyle(element)
      // Backgrounds are gone: a border makes a button of it, its own or that of the list in which it is a row.
      const isBordered = [element, element.closest("ul")].filter(Boolean).some((box) => {
        const { borderBottomStyle, borderBottomWidth } = getComputedStyle(box)
        return borderBottomStyle !== "none" && parseFloat(borderBottomWidth) > 0
      })
      // The browser draws these itself, in the colours of the person.
      const isNative = element.matches("[type=radio], [type=checkbox]") && style.appearance !== "none"
      if (!isBordered && !isNative && element.matches("button, .button, input, select, textarea")) {
        wrong.push(`with forced colours it is no button any more: ${element.outerHTML.slice(0, 80)}`)
      }
      if (parseFloat(style.opacity) === 0 || style.visibility !== "visible") {
        wrong.push(`with forced colours it is not seen: ${element.outerHTML.slice(0, 80)}`)
      }
    }
    for (const element of document.querySelectorAll("*")) {
      const { animationName, transitionDuration } = getComputedStyle(element)
      if (animationName !== "none" || /[1-9]/.test(transitionDuration)) {
        wrong.push(`it moves for those who want nothing to move: ${element.outerHTML.slice(0, 80)}`)
      }
    }
    return wrong
  }, CONTROLS)
  await page.emulateMedia({ forcedColors: "none", reducedMotion: "no-preference" })
  return wrong
}

/** What is wrong with the document itself, for a page in that language. */
export function told(page, language) {
  return page.evaluate((language) => {
    const wrong = []
    const { lang, dir } = document.documentElement
    if (lang.split("-")[0] !== language) wrong.push(`its language is said to be ${lang}`)
    if ((dir === "rtl") !== ["ar", "he", "fa", "ur"].includes(language)) wrong.push(`its direction is said to be ${dir || "ltr"}`)
    if (document.scripts.length) wrong.push("it has a script")
    if (!document.title.trim()) wrong.push("it has no title")
    if (document.querySelectorAll("h1").length !== 1) wrong.push("it has not one heading")
    return wrong
  }, language)
}

const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary"
