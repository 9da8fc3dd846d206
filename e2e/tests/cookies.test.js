// Sessions change hands between Auth.js and admit, in the cookies that either has written.

import assert from "node:assert/strict"
import { test } from "node:test"
import { NAME, NAME_V4, SECURE, open, openToken, seal, sealV4 } from "../harness/authjs.js"
import { ADAPTERS, SECRET, openSite } from "../harness/site.js"
import { VALUES, values } from "../harness/values.js"
import { Visitor } from "../harness/visitor.js"

const OLDER = "an older secret of the end-to-end tests, long enough"
const FOREIGN = "a secret of somebody else's tests, long enough too"
const HTTPS = "https://app.example"
const ada = { sub: "42", name: "Ada", email: null, picture: "https://ada.example/me.png" }

for (const adapter of ADAPTERS) {
  /** A test with a site of its own. */
  const claim = (what, body, options) =>
    test(`${adapter}: ${what}`, { timeout: 60_000 }, async () => {
      const site = await openSite({ adapter, ...options })
      try {
        await body(site)
        assert.equal(site.complaints(), "")
      } finally {
        await site.close()
      }
    })

  claim("what Auth.js has written is read, whatever is in it", async (site) => {
    for (const [what, claims] of values(60, 1)) {
      const visitor = new Visitor(site, await seal({ ...ada, claims }))
      const { user, claims: shown } = await visitor.session()
      assert.deepEqual(user, { name: "Ada", email: null, image: ada.picture }, what)
      assert.deepEqual(shown, claims, what)
    }
  })

  claim("what is written here Auth.js reads, whatever is in it", async (site) => {
    const visitor = new Visitor(site)
    await visitor.signIn()
    for (const [what, claims] of values(60, 2)) {
      await visitor.update({ claims })
      const token = await open(visitor)
      assert.equal(token.name, "Norma Paulk", what)
      assert.deepEqual(token.claims, claims, what)
    }
  })

  claim("what Auth.js has written is written anew, and loses nothing by it", async (site) => {
    for (const [what, claims] of values(20, 3)) {
      const visitor = new Visitor(site, await seal({ ...ada, claims }))
      const before = await open(visitor)
      await visitor.session()
      const { admit, ...after } = await open(visitor)
      assert.notEqual(after.jti, before.jti)
      for (const own of ["iat", "exp", "jti"]) delete before[own], delete after[own]
      assert.deepEqual(after, before, what)
      assert(admit)
    }
  })

  claim("half a character, which only JavaScript can hold, does not end a session", async (site) => {
    const half = "Ada 👍".slice(0, -1)
    const visitor = new Visitor(site, await seal({ ...ada, name: half }))
    assert.equal((await visitor.session()).user.name, "Ada \ufffd")
    assert.equal((await visitor.update({ claims: half })).claims, "Ada \ufffd")
    assert.equal((await open(visitor)).claims, "Ada \ufffd")
  })

  claim("both cut a long session into cookies at the same length", async (site) => {
    // The lengths at which one cookie becomes two, and two become three.
    for (const length of [...Array(12).keys()].flatMap((i) => [2600 + i * 8, 5550 + i * 8])) {
      const theirs = await seal({ ...ada, claims: "y".repeat(length) })
      const visitor = new Visitor(site, theirs)
      assert.equal((await visitor.session()).claims.length, length)
      const token = await open(visitor)
      assert.equal(token.claims.length, length)
      const own = Object.keys(await seal(token)).sort()
      assert.deepEqual(visitor.names(NAME), own, `${length} characters`)
    }
  })

  claim("chunks of which one is missing are no session, here and there", async (site) => {
    const cookies = await seal({ ...ada, claims: VALUES["more than a cookie holds"] })
    delete cookies[`${NAME}.0`]
    const visitor = new Visitor(site, cookies)
    assert.equal(await open(visitor), null)
    assert.equal(await visitor.session(), null)
  })

  claim(
    "after the secret was changed, sessions under the older one are read and written under the newer",
    async (site) => {
      for (const secret of [SECRET, OLDER]) {
        const visitor = new Visitor(site, await seal(ada, { secret }))
        assert.equal((await visitor.session()).user.name, "Ada")
        assert.equal((await open(visitor, { secret: SECRET })).name, "Ada")
        assert.equal((await open(visitor, { secret: [OLDER, SECRET] })).name, "Ada")
        assert.equal(await open(visitor, { secret: OLDER }), null)
      }
    },
    { secrets: [SECRET, OLDER] },
  )

  claim(
    "Auth.js, whose secret was changed, reads what was written here under the older one",
    async (site) => {
      const visitor = new Visitor(site)
      await visitor.signIn()
      assert.equal((await open(visitor, { secret: [SECRET, OLDER] })).name, "Norma Paulk")
      assert.equal(await open(visitor, { secret: SECRET }), null)
    },
    { secrets: [OLDER] },
  )

  claim("a session under another secret is none, here and there, and its cookie goes", async (site) => {
    const stranger = new Visitor(site, await seal(ada, { secret: FOREIGN }))
    assert.equal(await stranger.session(), null)
    assert.deepEqual(stranger.names(NAME), [])
    const norma = new Visitor(site)
    await norma.signIn()
    assert.equal(await open(norma, { secret: FOREIGN }), null)
  })

  claim(
    "over https the name begins with `__Secure-`, and is part of the key",
    async (site) => {
      const visitor = new Visitor(site, await seal(ada, { name: SECURE }))
      const answer = await visitor.send("/api/auth/session")
      assert.equal((await answer.json()).user.name, "Ada")
      const written = answer.headers.getSetCookie().filter((line) => line.startsWith(SECURE))
      assert.equal(written.length, 1)
      assert.match(written[0], /; HttpOnly; Secure; SameSite=Lax$/)
      assert.equal((await open(visitor, { name: SECURE })).name, "Ada")

      // Neither the name without the prefix, nor a token that was sealed for it.
      const plain = await seal(ada)
      for (const cookies of [plain, { [SECURE]: plain[NAME] }]) {
        assert.equal(await new Visitor(site, cookies).session(), null)
      }

      const norma = new Visitor(site)
      await norma.signIn()
      await norma.update({ claims: VALUES["more than a cookie holds"] })
      assert.deepEqual(norma.names(SECURE), [`${SECURE}.0`, `${SECURE}.1`, `${SECURE}.2`])
      assert.equal((await open(norma, { name: SECURE })).claims.length, 5000)
      assert.equal(await open(norma), null)
    },
    { baseUrl: HTTPS },
  )

  claim("a session of next-auth 4 is read, and becomes one of version 5", async (site) => {
    for (const claims of ["admin", VALUES["letters of many scripts"], VALUES["more than two cookies hold"]]) {
      const older = await sealV4({ ...ada, claims })
      const visitor = new Visitor(site, older)
      const session = await visitor.session()
      assert.equal(session.user.name, "Ada")
      assert.deepEqual(session.claims, claims)
      assert.deepEqual((await open(visitor)).claims, claims)
      // The older cookies stay, should next-auth 4 come back. They go at the sign-out, and their copies count no more.
      assert.deepEqual(visitor.names(NAME_V4), Object.keys(older).sort())
      await visitor.post("/api/auth/signout")
      assert.deepEqual([...visitor.names(NAME_V4), ...visitor.names(NAME)], [])
      assert.equal(await new Visitor(site, older).session(), null)
    }
  })

  claim(
    "so is one over https under the older secret",
    async (site) => {
      const name = `__Secure-${NAME_V4}`
      const visitor = new Visitor(site, await sealV4(ada, { name, secret: OLDER }))
      assert.equal((await visitor.session()).user.name, "Ada")
      assert.equal((await open(visitor, { name: SECURE })).name, "Ada")
    },
    { baseUrl: HTTPS, secrets: [SECRET, OLDER] },
  )

  claim("a session whose end has passed is none; fifteen seconds are let pass", async (site) => {
    for (const [sealed, name] of [[seal, NAME], [sealV4, NAME_V4]]) {
      assert.equal((await new Visitor(site, await sealed(ada, { maxAge: -8 })).session()).user.name, "Ada")
      const visitor = new Visitor(site, await sealed(ada, { maxAge: -16 }))
      assert.equal(await visitor.session(), null)
      assert.deepEqual(visitor.names(name), [])
    }
  })

  claim("Auth.js lets as much pass for what was written here", async (site) => {
    const visitor = new Visitor(site)
    await visitor.signIn()
    const token = visitor.cookie(NAME)
    const { exp } = await openToken(token)
    assert.equal((await at(exp + 8, () => openToken(token))).name, "Norma Paulk")
    await assert.rejects(at(exp + 16, () => openToken(token)), { code: "ERR_JWT_EXPIRED" })
  })

  claim("a cookie that was tampered with is no session", async (site) => {
    const { [NAME]: token } = await seal(ada)
    for (const at of [20, 60, token.length - 4]) {
      const other = token[at] === "A" ? "B" : "A"
      const visitor = new Visitor(site, { [NAME]: token.slice(0, at) + other + token.slice(at + 1) })
      assert.equal(await visitor.session(), null, `at ${at}`)
    }
  })
}

/** Does something at another time, in seconds since the epoch. */
async function at(seconds, action) {
  const { Date } = globalThis
  globalThis.Date = class extends Date {
    constructor(...parts) {
      super(...(parts.length ? parts : [seconds * 1000]))
    }
  }
  try {
    return await action()
  } finally {
    globalThis.Date = Date
  }
}
