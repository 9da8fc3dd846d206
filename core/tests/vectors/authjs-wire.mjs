// Writes authjs-wire.json: cookies as a Node server with Auth.js leaves them with a browser, for the site that the flow
// tests run. What is called "ours" was written by admit on that site; here the official packages take it up.
//
//   npm install --legacy-peer-deps next-auth@4.24.15 @auth/core@0.41.3
//   node authjs-wire.mjs "$(jq -r .ours.cookies authjs-wire.json)" > authjs-wire.json.new
import assert from "node:assert/strict"
import { createRequire } from "node:module"
import { Auth } from "@auth/core"
import { encode, getToken } from "@auth/core/jwt"
const v4 = createRequire(import.meta.url)("next-auth/jwt")

const ours = process.argv[2]
const secret = "a secret for tests, thirty-two bytes or more"
const older = "an older secret for tests, thirty-two bytes"
const base = "https://app.example/api/auth"
const name = "__Secure-authjs.session-token"
// The instant at which the tests' clock stands.
Date.now = () => 1795300000 * 1000

const claims = { name: "Ada", email: null, sub: "42", role: "admin" }
const long = { ...claims, notes: "y".repeat(5000) }
const config = (secret) => ({
  secret,
  trustHost: true,
  basePath: "/api/auth",
  providers: [
    { id: "azure-devops", name: "Azure DevOps", type: "oauth", clientId: "a", clientSecret: "b",
      authorization: "https://idp.example/a", token: "https://idp.example/t", userinfo: "https://idp.example/u" },
  ],
})
const ask = (action, secret, init) => Auth(new Request(`${base}/${action}`, init), config(secret))
const cut = (name, value, size) =>
  value.length <= size
    ? `${name}=${value}`
    : value.match(new RegExp(`.{1,${size}}`, "g")).map((chunk, index) => `${name}.${index}=${chunk}`).join("; ")
const kept = (answer, prefix) =>
  answer.headers.getSetCookie().filter((line) => line.startsWith(prefix) && !line.includes("Max-Age=0"))
const pairs = (lines) => lines.map((line) => line.split("; ")[0]).join("; ")

const csrf = async (secret) => {
  const answer = await ask("csrf", secret)
  const [line] = kept(answer, "__Host-authjs.csrf-token")
  return { cookie: pairs([line]), attributes: line.slice(line.indexOf("; ")), token: (await answer.json()).csrfToken }
}

// Auth.js reads our session, writes it anew, and keeps the claim it does not know.
const claim = async (cookie) =>
  (await getToken({ req: { headers: new Headers({ cookie }) }, secret, salt: name, cookieName: name })).admit
const rolled = await ask("session", secret, { headers: { cookie: ours } })
assert.equal((await rolled.json()).user.name, "Norma Paulk")
const session = kept(rolled, name)
assert.deepEqual(await claim(pairs(session)), await claim(ours))

// Auth.js takes a form that carries our CSRF token.
const token = decodeURIComponent(ours.match(/csrf-token=([^;]*)/)[1]).split("|")[0]
const begun = await ask("signin/azure-devops", secret, {
  method: "POST",
  headers: { cookie: ours, "X-Auth-Return-Redirect": "1" },
  body: new URLSearchParams({ csrfToken: token, callbackUrl: "/" }),
})
assert.match((await begun.json()).url, /^https:\/\/idp\.example\/a\?/)

console.log(JSON.stringify({
  description: "Written by authjs-wire.mjs with the official JavaScript packages.",
  generator: { "@auth/core": "0.41.3", "next-auth": "4.24.15", node: process.version },
  session: cut(name, await encode({ token: claims, secret, salt: name }), 3936),
  session_of_older_secret: cut(name, await encode({ token: claims, secret: older, salt: name }), 3936),
  session_in_chunks: cut(name, await encode({ token: long, secret, salt: name }), 3936),
  session_of_v4: cut("__Secure-next-auth.session-token", await v4.encode({ token: claims, secret }), 3933),
  session_attributes: session[0].slice(session[0].indexOf("; ")),
  csrf: await csrf(secret),
  csrf_of_two_secrets: await csrf([secret, older]),
  ours: { cookies: ours, rolled_by_auth_js: pairs(session) },
}, null, 1))
