import { signOut, useSession } from "next-auth/react"
import { AskServer } from "./AskServer.jsx"
import { SignIn } from "./SignIn.jsx"

/** The page: the way in, or who is there; and a question that only some may ask. */
export function App() {
  const { data: session, status } = useSession()
  if (status === "loading") return <p className="soft">One moment …</p>
  return (
    <>
      <h1>{session ? `Hello, ${session.user.name}` : "Who are you?"}</h1>
      {session ? (
        <section>
          <p>
            You are signed in until <time>{new Date(session.expires).toLocaleDateString()}</time>, if you do not come
            back before.
          </p>
          <button onClick={() => signOut()}>Sign out</button>
        </section>
      ) : (
        <SignIn />
      )}
      <AskServer key={status} />
    </>
  )
}
