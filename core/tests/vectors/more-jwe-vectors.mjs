// Writes more-jwe-vectors.json: tokens that Auth.js reads but its own encoder never writes, tokens of next-auth v4, and
// headers that Auth.js refuses. Every verdict is that of the official packages, asked at the end.
//
//   npm install --legacy-peer-deps next-auth@4.24.15 @auth/core@0.41.3
//   node more-jwe-vectors.mjs > more-jwe-vectors.json
import { createRequire } from "node:module"
import { decode } from "@auth/core/jwt"
import { hkdf } from "@panva/hkdf"
import { CompactEncrypt, calculateJwkThumbprint, base64url } from "jose"
const v4 = createRequire(import.meta.url)("next-auth/jwt")

const secret = "rust-authjs-vector-secret-0123456789"
const salt = "authjs.session-token"
const claims = { name: "Ada", email: null, sub: "42", iat: 1795294864, exp: 4948894864, jti: "a-fixed-id" }
const length = { "A256CBC-HS512": 64, A256GCM: 32 }

const key = (enc, from) => hkdf("sha256", from, salt, `Auth.js Generated Encryption Key (${salt})`, length[enc])
const kid = async (enc, from) =>
  calculateJwkThumbprint({ kty: "oct", k: base64url.encode(await key(enc, from)) }, `sha${length[enc] * 8}`)
const seal = async (header, from = secret, enc = header.enc) =>
  new CompactEncrypt(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader(header)
    .encrypt(await key(enc, from), { crit: { b64: true } })
const withKid = async (enc, from = secret) => seal({ alg: "dir", enc, kid: await kid(enc, from) }, from)
// A header nobody can seal under, with the rest of a good token behind it.
const graft = (header, token) => [base64url.encode(JSON.stringify(header)), ...token.split(".").slice(1)].join(".")

const good = await withKid("A256CBC-HS512")
const CBC = "A256CBC-HS512"
const both = [secret, "an older secret"]
const decodes = [
  ["A256GCM with kid", secret, await withKid("A256GCM")],
  ["A256GCM without kid", secret, await seal({ alg: "dir", enc: "A256GCM" })],
  ["A256CBC-HS512 without kid", secret, await seal({ alg: "dir", enc: CBC })],
  ["members in another order, and one unknown", secret, await seal({ typ: "JWT", kid: await kid(CBC, secret), enc: CBC, alg: "dir" })],
  ["A256GCM of the older secret", both, await withKid("A256GCM", both[1])],
]
const rejects = [
  ["without kid only the first secret counts", both, await seal({ alg: "dir", enc: CBC }, both[1])],
  ["without kid only the first secret counts, A256GCM", both, await seal({ alg: "dir", enc: "A256GCM" }, both[1])],
  ["kid of the other enc", secret, await seal({ alg: "dir", enc: CBC, kid: await kid("A256GCM", secret) })],
  ["kid null", secret, graft({ alg: "dir", enc: CBC, kid: null }, good)],
  ["alg none", secret, graft({ alg: "none", enc: CBC }, good)],
  ["alg A256KW", secret, graft({ alg: "A256KW", enc: CBC }, good)],
  ["enc absent", secret, graft({ alg: "dir" }, good)],
  ["enc A192CBC-HS384", secret, graft({ alg: "dir", enc: "A192CBC-HS384" }, good)],
  ["crit unknown", secret, graft({ alg: "dir", enc: CBC, crit: ["x"], x: 1 }, good)],
  ["crit null", secret, graft({ alg: "dir", enc: CBC, crit: null }, good)],
  ["header is no object", secret, graft([], good)],
  ["encrypted key", secret, good.replace("..", ".AAAA.")],
  ["six parts", secret, `${good}.AAAA`],
  ["one part", secret, "eyJhbGciOiJkaXIifQ"],
]
const v4Token = await v4.encode({ token: { name: "Ada", email: null, sub: "42" }, secret, maxAge: 100 * 365 * 86400 })

const vectors = {
  description: "Written by more-jwe-vectors.mjs with the official JavaScript packages, which gave every verdict.",
  generator: { "@auth/core": "0.41.3", "next-auth": "4.24.15", node: process.version },
  decode: decodes.map(([name, secret, token]) => ({ name, secret, salt, claims, token })),
  reject: rejects.map(([name, secret, token]) => ({ name, secret, salt, token })),
  v4: { secret, token: v4Token, claims: await v4.decode({ token: v4Token, secret }) },
}
for (const { name, claims, ...vector } of vectors.decode) {
  const found = await decode(vector)
  if (JSON.stringify(found) !== JSON.stringify(claims)) throw new Error(`${name}: Auth.js reads ${JSON.stringify(found)}`)
}
for (const { name, ...vector } of vectors.reject) {
  const found = await decode(vector).catch((error) => void (vectors.reject.find((v) => v.name === name).js_error = error.code ?? error.message))
  if (found) throw new Error(`${name}: Auth.js accepts it`)
}
console.log(JSON.stringify(vectors, null, 1))
