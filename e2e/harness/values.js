// Values that a claim may have.

/** Those of the list, and that many more, each with a name. */
export function* values(count, seed) {
  yield* Object.entries(VALUES)
  let number = 0
  for (const value of sampled(count, seed)) yield [`sample ${(number += 1)}`, value]
}

/** Those that are most likely to be lost on the way. */
export const VALUES = {
  "a text": "admin",
  "an empty text": "",
  "letters of many scripts": "Grüße, Ωmega, 東京, שלום, नमस्ते",
  "characters beyond the first plane": "👩‍👩‍👧‍👦 🏳️‍🌈 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
  "characters that are written with a backslash": "\"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028\u2029",
  "characters that mean something in a cookie": 'a=b; c="d", e%20f',
  nothing: null,
  "a yes and a no": [true, false],
  "whole numbers": [0, -1, 2 ** 53 - 1, -(2 ** 53) + 1],
  "other numbers": [0.1, -2.5e-7, 1e21, 1.7976931348623157e308, 5e-324],
  "an empty list and an empty object": [[], {}],
  "much in much": { a: [{ b: { c: [[[["d"]]]] } }], "": { " ": "  " } },
  "more than a cookie holds": "y".repeat(5000),
  "more than two cookies hold": "日本語".repeat(800),
}

// They look random, and are the same each time.
function* sampled(count, seed) {
  // A linear congruential generator, by Knuth's numbers for 32 bits.
  const draw = (limit) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return Math.floor((seed / 2 ** 32) * limit)
  }
  const character = () => String.fromCodePoint([draw(0x80), 0x80 + draw(0xd000), 0x10000 + draw(0x100000)][draw(3)])
  const text = () => Array.from({ length: draw(12) }, character).join("")
  const whole = () => draw(2 ** 32) - 2 ** 31
  const fraction = () => draw(2 ** 32) / 2 ** draw(40)
  const leaves = [() => null, () => draw(2) === 1, whole, fraction, text]
  const value = (depth) => {
    const kind = draw(leaves.length + (depth < 4 ? 3 : 0))
    if (kind < leaves.length) return leaves[kind]()
    const members = Array.from({ length: draw(5) }, () => value(depth + 1))
    return kind % 2 ? members : Object.fromEntries(members.map((member) => [`_${text()}`, member]))
  }
  for (let i = 0; i < count; i += 1) yield value(0)
}
