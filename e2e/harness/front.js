// One origin with several servers behind it, and TLS before them: a reverse proxy as small as it can be.

import { X509Certificate, createPrivateKey } from "node:crypto"
import { once } from "node:events"
import { request } from "node:http"
import { createServer } from "node:https"
import { pipeline } from "node:stream"

/** Listens; what is behind it can be told when it is known where it is. */
export async function openFront() {
  const behind = new Map()
  const server = createServer((asked, answer) => {
    const prefixes = [...behind.keys()].sort((a, b) => b.length - a.length)
    const address = behind.get(prefixes.find((prefix) => asked.url.startsWith(prefix)))
    const headers = { ...asked.headers, "x-forwarded-proto": "https", "x-forwarded-host": asked.headers.host }
    const handed = request(address + asked.url, { method: asked.method, headers }, (given) => {
      answer.writeHead(given.statusCode, given.rawHeaders)
      pipeline(given, answer, () => {})
    })
    handed.on("error", () => answer.destroy())
    pipeline(asked, handed, () => {})
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    origin: `https://127.0.0.1:${server.address().port}`,
    /** From now on requests for paths that begin so go to that address. */
    pass: (prefix, address) => behind.set(prefix, address),
    /** The certificate that it shows: DER, in base64. */
    show({ certificate, key }) {
      const der = Buffer.from(key, "base64")
      const cert = new X509Certificate(Buffer.from(certificate, "base64")).toString()
      const pem = createPrivateKey({ key: der, format: "der", type: "pkcs8" }).export({ format: "pem", type: "pkcs8" })
      server.setSecureContext({ cert, key: pem })
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, "close")
    },
  }
}
