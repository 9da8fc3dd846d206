// A server with Auth.js, on Express: sign-in under `/node/auth`, and one page of its own.

import { once } from "node:events"
import { ExpressAuth, getSession } from "@auth/express"
import Credentials from "@auth/express/providers/credentials"
import express from "express"
import { SECRET } from "./site.js"

/** Lets in whoever says a name. */
export async function openExpress() {
  const config = {
    basePath: "/node/auth",
    secret: SECRET,
    trustHost: true,
    providers: [Credentials({ credentials: { name: { label: "Name" } }, authorize: ({ name }) => ({ name }) })],
  }
  const app = express()
  app.set("trust proxy", "loopback")
  app.use("/node/auth", ExpressAuth(config))
  app.get("/node", async (request, response) => {
    response.json(await getSession(request, config))
  })
  const server = app.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, "close")
    },
  }
}
