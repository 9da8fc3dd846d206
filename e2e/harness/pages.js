// Every page that admit, its pretend providers and its example dashboard show, and how a person comes to see it.
//
// A page more is an entry more:
//
// - `at`: the site that it belongs to; `alone`, if it needs one for itself, because something is made to fail there, or
//   because it shows all that its person has done before.
// - `go`: leads there as a person would, from a window that knows nothing. What is pressed on pages of ours is found by
//   what the form is for, so that it is found in any language.
// - `shows`: what nothing but this page has.
// - `picture`: by what light it is in the book.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { openDashboard } from "./dashboard.js"
import { ROOT } from "./folders.js"
import { openSite } from "./site.js"

/** The sites, by name. Each is opened once, when its first page is looked at. */
export const SITES = {
  one: () => openSite({ adapter: "axum", sessions: "store", ways: "one" }),
  all: () => openSite({ adapter: "actix", sessions: "store", ways: "all" }),
  moving: () => openSite({ adapter: "axum", sessions: "store", ways: "moving" }),
  moved: () => openSite({ adapter: "actix", sessions: "store", ways: "moved" }),
  dashboard: () => openDashboard("actix", { PRETEND_TOKEN_SECONDS: "3600" }),
}

/** The pages of the engine. */
export const BUILT_IN = [
  {
    name: "sign-in",
    at: "all",
    go: ({ open }) => open("/private"),
    shows: 'form[data-provider="github"] ~ form input[type="password"]',
    picture: ["light", "dark"],
  },
  {
    name: "sign-in-once-more",
    at: "all",
    async go(person) {
      await signIn(person)
      await person.open("/api/auth/signout")
      await person.press('form[action$="/signout"] button')
      await person.open("/private")
    },
    shows: 'form[data-provider="azure-devops"] .last',
  },
  { name: "sign-in-one-way", at: "one", go: ({ open }) => open("/private"), shows: "form[data-provider]:only-of-type" },
  {
    name: "sign-in-required",
    at: "all",
    go: ({ open }) => open("/api/auth/signin?error=SessionRequired"),
    shows: ".note[role=alert]",
  },
  {
    name: "sign-in-wrong-password",
    at: "all",
    go: (person) => signInAs(person, "ada", "guessed"),
    shows: ".alert[role=alert]",
  },
  {
    name: "sign-in-locked",
    at: "all",
    go: (person) => signInAs(person, "grace", "correct horse"),
    shows: ".alert[role=alert]",
  },
  {
    name: "sign-in-consent-denied",
    at: "one",
    async go(person) {
      await to(person, "azure-devops")
      await choose(person, "Norma Paulk", "Deny")
    },
    shows: ".note[role=alert]",
    picture: ["light"],
  },
  {
    name: "sign-in-account-not-linked",
    at: "all",
    async go(person) {
      await to(person, "azure-devops")
      await choose(person, "Norma Paulk", "Accept")
      await person.arrives("/private")
      await person.forget()
      await to(person, "pretend-openid")
      await choose(person, "Norma Paulk", "Accept")
    },
    shows: ".alert[role=alert]",
  },
  {
    name: "sign-in-while-one-way-ends",
    at: "moving",
    go: ({ open }) => open("/private"),
    shows: "form[data-provider] .quiet",
  },
  {
    name: "sign-out",
    at: "all",
    async go(person) {
      await signIn(person)
      await person.open("/api/auth/signout")
    },
    shows: 'form[action$="/signout"]',
    picture: ["light"],
  },
  {
    name: "account",
    at: "dashboard",
    alone: true,
    async go(person) {
      await atDashboard(person, "/")
      await person.forget()
      await atDashboard(person, "/api/auth/account")
    },
    shows: 'form[action*="/sessions/"]',
    picture: ["light"],
  },
  {
    name: "account-with-news",
    at: "dashboard",
    alone: true,
    async go(person) {
      await atDashboard(person, "/api/auth/account")
      await person.press('form[action$="/link/microsoft-entra-id"] button')
      await choose(person, "Norma Paulk", "Accept")
      await person.arrives("/api/auth/account")
    },
    shows: '[role=status] ~ section form[action$="/unlink/microsoft-entra-id"]',
  },
  { name: "verify-request", at: "all", go: ({ open }) => open("/api/auth/verify-request"), shows: "main" },
  {
    name: "error-provider-unavailable",
    alone: true,
    at: "one",
    status: 503,
    async go(person) {
      await to(person, "azure-devops")
      await person.fault({ stage: "token", fault: "status", status: 503, always: true })
      await choose(person, "Norma Paulk", "Accept")
    },
    shows: "[role=alert] ~ .reference",
    picture: ["light"],
  },
  {
    name: "error-home-only",
    at: "all",
    status: 500,
    go: ({ open }) => open("/api/auth/error?error=Configuration&code=configuration&ref=b7Qk2-x_9"),
    shows: "[role=alert] + .actions + .reference",
  },
  {
    name: "error-retired",
    at: "moved",
    status: 400,
    async go(person) {
      await person.open("/private")
      await person.press('form[data-provider="azure-devops"] button')
    },
    shows: 'form[action$="/signin/microsoft-entra-id"]',
    picture: ["light"],
  },
  {
    name: "error-closed",
    at: "moving",
    status: 403,
    go: ({ open }) => open("/api/auth/error?error=AccessDenied&code=provider_closed&ref=b7Qk2&with=microsoft-entra-id"),
    shows: 'form[action$="/signin/microsoft-entra-id"]',
  },
  {
    name: "error-not-known-there",
    at: "moving",
    status: 403,
    async go(person) {
      await isAskedWhetherKnown(person)
      await person.press('form:has(input[name="connect"]) button')
      await choose(person, "Bo Lindqvist", "Accept")
    },
    shows: 'form:has(input[name="connect"]) + form:has(input[name="newcomer"])',
  },
  { name: "error-verification", at: "all", status: 403, go: ({ open }) => open("/api/auth/error?error=Verification"), shows: "[role=alert]" },
  { name: "error-unknown", at: "all", go: ({ open }) => open("/api/auth/error"), shows: "[role=alert]" },
  {
    name: "question-used-before",
    alone: true,
    at: "moving",
    go: isAskedWhetherKnown,
    shows: 'form:has(input[name="connect"]) + form:has(input[name="newcomer"])',
    picture: ["light"],
  },
  {
    name: "question-used-before-after-the-end",
    at: "moved",
    go: ({ open }) => open("/api/auth/signin?ask=used_before&with=microsoft-entra-id&other=azure-devops"),
    shows: 'form:has(input[name="newcomer"])',
  },
  {
    name: "question-connect",
    at: "moving",
    go: (person) => signIn(person, { arrives: "/api/auth/signin" }),
    shows: 'form[action$="/link/microsoft-entra-id"]',
    picture: ["light"],
  },
  {
    name: "refused",
    at: "all",
    status: 403,
    async go(person) {
      await signIn(person)
      await person.open("/editors")
    },
    shows: "[role=alert]",
    picture: ["light"],
  },
  {
    name: "without-token-not-now",
    alone: true,
    at: "one",
    status: 503,
    go: (person) => losesToken(person, { stage: "token", fault: "status", status: 503, always: true }),
    shows: "[role=alert] + .actions + .reference",
  },
  {
    name: "without-token-misconfigured",
    alone: true,
    at: "one",
    status: 500,
    go: (person) => losesToken(person, INVALID_CLIENT),
    shows: "[role=alert] + .actions + .reference",
  },
  {
    name: "without-token-retired",
    at: "moving",
    status: 500,
    async go(person) {
      await to(person, "azure-devops")
      await choose(person, "Bo Lindqvist", "Accept")
      await person.press('form[action$="/link/microsoft-entra-id"] button')
      await choose(person, "Bo Lindqvist", "Accept")
      await person.arrives("/private")
      await person.open("/boards")
    },
    shows: '[role=alert] ~ .actions a[href$="/signin"]',
  },
]

/** The pages of the pretend providers. */
export const PRETEND = [
  { name: "pretend-azure-devops", at: "all", go: ({ open, site }) => open(site.providers["azure-devops"]), shows: "main" },
  { name: "pretend-azure-devops-who", at: "all", go: (person) => to(person, "azure-devops"), shows: "button.person" },
  {
    name: "pretend-azure-devops-consent",
    at: "all",
    async go(person) {
      await to(person, "azure-devops")
      await choose(person, "Norma Paulk")
    },
    shows: ".scopes",
    picture: ["light"],
  },
  {
    name: "pretend-azure-devops-refused",
    at: "all",
    status: 400,
    go: ({ open, site }) => open(`${site.providers["azure-devops"]}/oauth2/authorize?client_id=another`),
    shows: ".why",
  },
  {
    name: "pretend-azure-devops-fault",
    alone: true,
    at: "one",
    status: 503,
    async go(person) {
      await person.fault({ stage: "authorize", fault: "status", status: 503, always: true })
      await to(person, "azure-devops")
    },
    shows: "main",
  },
  { name: "pretend-entra", at: "all", go: ({ open, site }) => open(site.providers["microsoft-entra-id"]), shows: "main" },
  { name: "pretend-entra-who", at: "all", go: (person) => to(person, "microsoft-entra-id"), shows: "details" },
  {
    name: "pretend-entra-who-else",
    at: "all",
    async go(person) {
      await to(person, "microsoft-entra-id")
      await person.press("summary")
    },
    shows: "details[open] input",
  },
  {
    name: "pretend-entra-consent",
    at: "all",
    async go(person) {
      await to(person, "microsoft-entra-id")
      await choose(person, "Norma Paulk")
    },
    shows: ".scopes",
  },
  {
    name: "pretend-entra-refused",
    at: "all",
    status: 400,
    go: ({ open, site }) => open(`${site.providers["microsoft-entra-id"]}/organizations/oauth2/v2.0/authorize?client_id=another`),
    shows: ".why",
  },
  {
    name: "pretend-entra-signed-out",
    at: "all",
    go: ({ open, site }) => open(`${site.providers["microsoft-entra-id"]}/organizations/oauth2/v2.0/logout`),
    shows: "main",
  },
  { name: "pretend-openid", at: "all", go: ({ open, site }) => open(site.providers["pretend-openid"]), shows: "main" },
  { name: "pretend-openid-who", at: "all", go: (person) => to(person, "pretend-openid"), shows: "details" },
  {
    name: "pretend-openid-consent",
    at: "all",
    async go(person) {
      await to(person, "pretend-openid")
      await choose(person, "Norma Paulk")
    },
    shows: ".scopes",
  },
  {
    name: "pretend-openid-back",
    at: "all",
    async go(person) {
      await to(person, "pretend-openid")
      await person.open(`${person.page.url()}&response_mode=form_post`)
      await choose(person, "Norma Paulk", "Accept")
    },
    shows: 'form[action*="/api/auth/callback/"] button',
  },
  {
    name: "pretend-openid-refused",
    at: "all",
    status: 400,
    go: ({ open, site }) => open(`${site.providers["pretend-openid"]}/authorize?client_id=another`),
    shows: ".why",
  },
  ...[["azure-devops"], ["microsoft-entra-id", "entra"], ["pretend-openid", "openid"]].flatMap(([provider, short = provider]) =>
    ["requests", "tokens", "faults"].map((place) => ({
      name: `pretend-${short}-${place}`,
      at: "all",
      alone: true,
      async go(person) {
        await signIn(person, { provider })
        await person.open(`${person.site.providers[provider]}/_pretend/${place}`)
      },
      shows: 'nav [aria-current="page"]',
    })),
  ),
].map((page) => ({ ...page, isPretend: true }))

/** The pages of the example dashboard. */
export const DASHBOARD = [
  { name: "dashboard-home", go: ({ open }) => open("/"), shows: "main" },
  { name: "dashboard-home-signed-in", go: (person) => atDashboard(person, "/"), shows: ".who strong" },
  { name: "dashboard-organisations", go: (person) => atDashboard(person, "/dashboard"), shows: "main" },
  {
    name: "dashboard-projects",
    go: (person) => atDashboard(person, "/org/fabrikam/projects"),
    shows: ".crumbs",
    picture: ["light"],
  },
  {
    name: "dashboard-work-items",
    go: (person) => atDashboard(person, "/org/fabrikam/project/Harbor/workitems"),
    shows: "table",
  },
  { name: "dashboard-builds", go: (person) => atDashboard(person, "/org/fabrikam/project/Harbor/builds"), shows: "table" },
  { name: "dashboard-repositories", go: (person) => atDashboard(person, "/org/fabrikam/project/Harbor/repos"), shows: "table" },
  { name: "dashboard-accounts", alone: true, go: (person) => atDashboard(person, "/accounts"), shows: "table" },
  { name: "dashboard-not-found", status: 404, go: ({ open }) => open("/nowhere"), shows: "main" },
  {
    name: "dashboard-no-access",
    status: 403,
    async go(person) {
      await person.open("/dashboard")
      await person.press('form[data-provider="pretend-openid"] button')
      await choose(person, "Ada Byron", "Accept")
    },
    shows: ".who strong",
  },
  {
    name: "dashboard-problem",
    alone: true,
    status: 503,
    async go(person) {
      await atDashboard(person, "/dashboard")
      await person.fault({ stage: "rest", fault: "too-many-requests", retry_after: "30", always: true })
      await person.open("/org/fabrikam/projects")
    },
    shows: "main .card",
  },
].map((page) => ({ at: "dashboard", ...page }))

/** The codes of the error page and the status that it has for each, as the book says. A test in docs/check has both from the engine. */
export function reasons() {
  const book = readFileSync(join(ROOT, "docs", "src", "endpoints.md"), "utf8")
  const [, list] = book.split("## The closed list: `code`")
  return [...list.split("\n## ")[0].matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [code, Number(status)])
}

/** Signs Norma in. */
async function signIn(person, { provider = "azure-devops", arrives = "/private" } = {}) {
  await to(person, provider)
  await choose(person, "Norma Paulk", "Accept")
  await person.arrives(arrives)
}

async function signInAs(person, name, password) {
  await person.open("/private")
  await person.page.locator('input[name="username"]').fill(name)
  await person.page.locator('input[name="password"]').fill(password)
  await person.press('form:has(input[name="password"]) button')
}

/** Goes to the dashboard's page at that path as Norma. */
async function atDashboard(person, path) {
  await person.open("/dashboard")
  await person.press('form[data-provider="azure-devops"] button')
  await choose(person, "Norma Paulk", "Accept")
  await person.open(path)
}

/** Goes to a provider of that id. */
async function to(person, provider) {
  await person.open("/private")
  await person.press(`form[data-provider="${provider}"] button`)
}

/** Presses these buttons at a pretend provider, one after the other. */
export async function choose({ page }, ...buttons) {
  for (const name of buttons) await page.getByRole("button", { name }).click()
}

/** Somebody comes by the provider that follows, while there is an account at the one that ends whose user has no other. */
async function isAskedWhetherKnown(person) {
  await signIn(person, { arrives: "/api/auth/signin" })
  await person.forget()
  await to(person, "microsoft-entra-id")
  await choose(person, "Vera Okafor", "Accept")
}

/** Signs in, waits until the access token is over and cannot be had anew, and goes to a page that needs it. */
async function losesToken(person, fault) {
  await signIn(person)
  await person.fault(fault)
  for (let status = 200; status === 200; ) status = (await person.open("/boards")).status()
}

const INVALID_CLIENT = {
  stage: "token",
  fault: "answer",
  status: 401,
  media_type: "application/json",
  body: '{"Error":"invalid_client","ErrorDescription":"The client is not known"}',
  always: true,
}
