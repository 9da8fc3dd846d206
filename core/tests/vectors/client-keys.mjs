// Writes client-keys.json: the keys of jws-vectors.json in the forms in which people have them, and certificates for them.
//
//   node client-keys.mjs > client-keys.json
//
// Certificates come from the openssl command. Each run makes others; they are for tests only.
import { execFileSync } from "node:child_process"
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const vectors = JSON.parse(readFileSync(new URL("jws-vectors.json", import.meta.url)))
const folder = mkdtempSync(join(tmpdir(), "keys-"))
const read = (name) => createPrivateKey({ key: Buffer.from(vectors.keys[name].pkcs8, "base64url"), format: "der", type: "pkcs8" })
const pem = (key, options) => key.export({ format: "pem", type: "pkcs8", ...options })

function certificate(name) {
  const path = join(folder, `${name}.pem`)
  writeFileSync(path, pem(read(name)))
  return execFileSync("openssl", ["req", "-x509", "-key", path, "-subj", "/CN=app-id", "-days", "36500"], { encoding: "utf8" })
}

const names = ["rsa", "p256", "p384", "ed25519"]
const each = (make) => Object.fromEntries(names.map((name) => [name, make(name)]))
const result = {
  description: "private keys in PEM, certificates, and what is none of them",
  keys: each((name) => pem(read(name))),
  certificates: each(certificate),
  pkcs1: pem(read("rsa"), { type: "pkcs1" }),
  sec1: pem(read("p256"), { type: "sec1" }),
  encrypted: pem(read("rsa"), { cipher: "aes-256-cbc", passphrase: "password" }),
  encrypted_pkcs1: pem(read("rsa"), { type: "pkcs1", cipher: "aes-256-cbc", passphrase: "password" }),
  public: createPublicKey(read("rsa")).export({ format: "pem", type: "spki" }),
  weak: pem(read("weak")),
  p521: pem(generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey),
  ed448: pem(generateKeyPairSync("ed448").privateKey),
}
console.log(JSON.stringify(result, null, 1))
