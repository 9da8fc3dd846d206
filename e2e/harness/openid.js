// An OpenID provider that is not ours: the npm package `oidc-provider`, which is certified. It takes no request without
// PKCE and nonce, and replaces the refresh token at each use; one that comes twice ends the grant.

import { once } from "node:events"
import { createServer } from "node:http"
import Provider, { errors } from "oidc-provider"

/** Starts one that knows a client of `callback`. `told` is what happened: `pushed`, `code`, `refresh`, `refused: …`. */
export async function openOpenId({ callback, signedOut, tokenSeconds = 3600 }) {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const issuer = `http://localhost:${server.address().port}`
  const client = { client_id: "dashboard", client_secret: "a secret with + and %" }
  const provider = new Provider(issuer, {
    clients: [
      {
        ...client,
        redirect_uris: [callback],
        post_logout_redirect_uris: [signedOut],
        grant_types: ["authorization_code", "refresh_token"],
      },
    ],
    pkce: { required: () => true },
    extraParams: {
      nonce(_, value) {
        if (!value) throw new errors.InvalidRequest("there is no nonce")
      },
    },
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    // The people are whoever is typed in.
    findAccount: (_, login) => ({
      accountId: login,
      claims: () => ({ sub: login, name: `${login[0].toUpperCase()}${login.slice(1)}`, email: `${login}@example.com` }),
    }),
    claims: { openid: ["sub"], profile: ["name"], email: ["email"] },
    // Names and addresses are in the ID token too.
    conformIdTokenClaims: false,
    ttl: { AccessToken: tokenSeconds, IdToken: tokenSeconds, RefreshToken: 3600, Grant: 3600, Session: 3600, Interaction: 600 },
    cookies: { keys: ["for this run"] },
    jwks: await keys(),
  })
  const told = []
  provider.on("grant.success", ({ oidc }) => told.push(oidc.body.grant_type === "refresh_token" ? "refresh" : "code"))
  provider.on("pushed_authorization_request.success", () => told.push("pushed"))
  for (const event of ["grant.error", "authorization.error", "server_error", "end_session.error", "pushed_authorization_request.error"]) {
    provider.on(event, (_, error) => told.push(`refused: ${error.error}: ${error.error_description}`))
  }
  provider.use(async (context, next) => {
    await next()
    // Its pages ask another machine for their font.
    if (typeof context.body === "string") context.body = context.body.replace(/@import url[^;]*;/g, "")
  })
  server.on("request", provider.callback())
  return {
    issuer,
    client,
    told,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, "close")
    },
  }
}

/** Made for this run; without any, the provider warns that it uses keys that everybody has. */
async function keys() {
  const { privateKey } = await crypto.subtle.generateKey(RS256, true, ["sign", "verify"])
  return { keys: [{ ...(await crypto.subtle.exportKey("jwk", privateKey)), key_ops: undefined, ext: undefined, kid: "first", use: "sig" }] }
}

const RS256 = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }
