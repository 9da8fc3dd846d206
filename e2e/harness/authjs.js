// What an Auth.js server does with a session cookie, of either line.

import { decode, encode, getToken } from "@auth/core/jwt"
import { encode as encodeV4 } from "next-auth-v4/jwt"
import { SECRET } from "./site.js"

/** The session cookie's names. */
export const NAME = "authjs.session-token"
export const SECURE = `__Secure-${NAME}`
export const NAME_V4 = "next-auth.session-token"

/** The cookies, by name, that Auth.js makes of these claims. `maxAge` is in seconds, and may be past. */
export async function seal(token, { name = NAME, secret = SECRET, maxAge } = {}) {
  return cut(name, await encode({ token, secret, salt: name, maxAge }), 3936)
}

/** The same by next-auth 4, which derives its key from the secret alone. */
export async function sealV4(token, { name = NAME_V4, secret = SECRET, maxAge } = {}) {
  return cut(name, await encodeV4({ token, secret, maxAge }), 3933)
}

/** The claims that Auth.js finds in a visitor's cookies; `null` if it accepts none. */
export function open(visitor, { name = NAME, secret = SECRET } = {}) {
  const req = { headers: new Headers({ cookie: visitor.cookieHeader }) }
  return getToken({ req, secret, salt: name, cookieName: name })
}

/** The claims of a token, or the reason why it is refused. */
export function openToken(token, { name = NAME, secret = SECRET } = {}) {
  return decode({ token, secret, salt: name })
}

// A value that is too long for one cookie is dealt out to several.
function cut(name, value, size) {
  const chunks = value.match(new RegExp(`.{1,${size}}`, "g"))
  return Object.fromEntries(chunks.length === 1 ? [[name, value]] : chunks.map((chunk, i) => [`${name}.${i}`, chunk]))
}
