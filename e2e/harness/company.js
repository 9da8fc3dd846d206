// A server with Auth.js, on Express, whose people come from an OpenID provider: what bench/sign-in holds admit against.
//
//   node company.js ISSUER PORT
//
// It writes its port once it listens, and ends when standard input does.

import { once } from "node:events"
import { ExpressAuth } from "@auth/express"
import express from "express"
import { SECRET } from "./site.js"

const [issuer, port] = process.argv.slice(2)
const company = {
  id: "company",
  name: "Our company",
  type: "oidc",
  issuer,
  clientId: "app-id",
  clientSecret: "a client secret",
  checks: ["pkce", "state", "nonce"],
}

const app = express()
app.set("trust proxy", "loopback")
app.use("/api/auth", ExpressAuth({ secret: SECRET, trustHost: true, providers: [company] }))
const server = app.listen(Number(port), "127.0.0.1")
await once(server, "listening")
process.stdout.write(`${port}\n`)
process.stdin.on("end", () => process.exit(0)).resume()
