import { signIn } from "next-auth/react"
import { useState } from "react"

/** Both ways in: by way of Azure DevOps, and by a password without leaving the page. */
export function SignIn() {
  const [isRefused, setRefused] = useState(false)

  async function submit(event) {
    event.preventDefault()
    const given = Object.fromEntries(new FormData(event.currentTarget))
    const { error } = await signIn("credentials", { ...given, redirect: false })
    setRefused(Boolean(error))
  }

  return (
    <section>
      <button onClick={() => signIn("azure-devops")}>Sign in with Azure DevOps</button>
      <form onSubmit={submit}>
        <p className="soft">
          or as <code>ada</code>, whose password is <code>correct horse</code>
        </p>
        <label>
          User name
          <input name="username" autoComplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {isRefused && <p role="alert">Nobody by that name has that password.</p>}
        <button className="quiet">Sign in</button>
      </form>
    </section>
  )
}
