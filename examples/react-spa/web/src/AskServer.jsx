import { useState } from "react"

/** Calls the application's own API. The browser sends the session along; the server answers strangers with 401. */
export function AskServer() {
  const [answer, setAnswer] = useState()

  async function ask() {
    const response = await fetch("/api/me")
    setAnswer(response.ok ? JSON.stringify(await response.json(), null, 2) : `Refused, with status ${response.status}`)
  }

  return (
    <section>
      <p>
        <code>GET /api/me</code> answers who is signed in, and what Azure DevOps says of them.
      </p>
      <button className="quiet" onClick={ask}>
        Ask the server
      </button>
      {answer && <pre aria-live="polite">{answer}</pre>}
    </section>
  )
}
