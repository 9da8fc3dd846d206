// A page with the official client, as small as it can be: it shows what `useSession` says, and hands the client's
// functions to the tests.

import { createRoot } from "react-dom/client"
import * as client from "the-official-client"

const { required, ...props } = JSON.parse(new URLSearchParams(location.search).get("props") ?? "{}")

function Person() {
  const session = client.useSession(required ? { required } : undefined)
  window.session = session
  window.seen.push(session.status)
  return <output data-status={session.status}>{session.data?.user?.name}</output>
}

window.client = client
window.seen = []
createRoot(document.getElementById("root")).render(
  <client.SessionProvider {...props}>
    <Person />
  </client.SessionProvider>,
)
