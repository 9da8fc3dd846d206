// Writes jws-vectors.json: keys as an issuer publishes them, and a token by each algorithm, signed by Node's own crypto.
//
//   node jws-vectors.mjs > jws-vectors.json
//
// Each run makes other keys; they are for tests only.
import { constants, generateKeyPairSync, sign } from "node:crypto"

const claims = { iss: "https://idp.example", aud: "app-id", sub: "248289761001", exp: 1795303600, iat: 1795300000 }
const rsa = (bits) => generateKeyPairSync("rsa", { modulusLength: bits })
const ec = (namedCurve) => generateKeyPairSync("ec", { namedCurve })
const pairs = {
  rsa: rsa(2048),
  weak: rsa(1024),
  p256: ec("P-256"),
  p384: ec("P-384"),
  ed25519: generateKeyPairSync("ed25519"),
}
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
const fixed = { dsaEncoding: "ieee-p1363" }
const algorithms = [
  ["RS256", "rsa", "sha256", {}],
  ["RS384", "rsa", "sha384", {}],
  ["RS512", "rsa", "sha512", {}],
  ["PS256", "rsa", "sha256", pss],
  ["ES256", "p256", "sha256", fixed],
  ["ES384", "p384", "sha384", fixed],
  ["EdDSA", "ed25519", null, {}],
]
const base64url = (value) => Buffer.from(value).toString("base64url")
const token = (alg, kid, hash, options) => {
  const signed = [{ alg, kid, typ: "JWT" }, claims].map((part) => base64url(JSON.stringify(part))).join(".")
  return `${signed}.${base64url(sign(hash, Buffer.from(signed), { key: pairs[kid].privateKey, ...options }))}`
}
const keys = Object.entries(pairs).map(([kid, pair]) => [
  kid,
  {
    jwk: { ...pair.publicKey.export({ format: "jwk" }), kid, use: "sig" },
    pkcs8: pair.privateKey.export({ format: "der", type: "pkcs8" }).toString("base64url"),
  },
])
console.log(
  JSON.stringify(
    {
      description: "Written by jws-vectors.mjs with Node's own crypto.",
      node: process.version,
      claims,
      keys: Object.fromEntries(keys),
      tokens: Object.fromEntries(algorithms.map(([alg, ...rest]) => [alg, token(alg, ...rest)])),
      weak: token("RS256", "weak", "sha256", {}),
    },
    null,
    1,
  ),
)
