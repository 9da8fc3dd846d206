// Pictures of the pages: all of them for whoever works on them, and a few for the book.

import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT, TARGET } from "./folders.js"

/** Writes the whole page to `target/screenshots`. */
export async function keep(page, name) {
  mkdirSync(ALL, { recursive: true })
  await page.screenshot({ path: join(ALL, `${name}.png`), fullPage: true })
}

/** Writes what is on the page, without the empty space around it, to the pictures of the book. */
export async function show(page, name, colorScheme) {
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize({ width: 720, height: 600 })
  const corners = await page.evaluate((host) => {
    document.activeElement.blur()
    scrollTo(0, 0)
    // The port is another in each run.
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(location.host, host)
    const parts = [...document.querySelectorAll("header, main, footer")].filter((part) => part.checkVisibility())
    const boxes = parts.map((part) => part.getBoundingClientRect())
    const edge = (side, pick) => pick(...boxes.map((box) => box[side]))
    return [edge("left", Math.min), edge("top", Math.min), edge("right", Math.max), edge("bottom", Math.max)]
  }, HOST)
  const [left, top, right, bottom] = corners.map((corner, place) => corner + (place < 2 ? -MARGIN : MARGIN))
  const [width, height] = await page.evaluate(() => [innerWidth, document.documentElement.scrollHeight])
  const [x, y] = [Math.max(0, left), Math.max(0, top)]
  const clip = { x, y, width: Math.min(width, right) - x, height: Math.min(height, bottom) - y }
  const picture = await page.screenshot({ clip, fullPage: true })
  assert(picture.length <= 60_000, `the picture ${name} has ${picture.length} bytes, 60,000 agreed`)
  mkdirSync(BOOK, { recursive: true })
  writeFileSync(join(BOOK, `${name}-${colorScheme}.png`), picture)
}

const ALL = join(TARGET, "screenshots")
const BOOK = join(ROOT, "docs", "src", "pictures")
/** What the site is called in the book. */
const HOST = "app.example.com"
/** Around what is on a page, in CSS pixels. */
const MARGIN = 24
