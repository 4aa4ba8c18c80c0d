/** Who I am: session, one-time link, the demo's cast. */
import { client, keepCsrfToken, QUIET, take } from './client'
import { tellServerTime } from './clock'
import { ApiProblem } from './problem'
import type { paths } from './schema'
import type { CastMember, Session } from './types'

type Answer = paths['/api/v1/session']['get']['responses'][200]['content']['application/json']

/** Remember token and time of any answer, also one that says that nobody is signed in. */
function kept(answer: Answer): Session | null {
  keepCsrfToken(answer.csrf_token)
  tellServerTime(answer.server_time)
  return answer.user ? { ...answer, user: answer.user } : null
}

function signedIn(session: Session | null): Session {
  if (!session) throw new ApiProblem(401, 'http_401', 'nobody is signed in')
  return session
}

/** The present session, or null when nobody is signed in. */
export async function readSession(): Promise<Session | null> {
  return kept(await take(client.GET('/api/v1/session'), QUIET))
}

export async function logIn(username: string, password: string): Promise<Session> {
  return signedIn(kept(await take(client.POST('/api/v1/session', { body: { username, password } }), QUIET)))
}

export async function logInByLink(token: string): Promise<Session> {
  return signedIn(kept(await take(client.POST('/api/v1/session/link', { body: { token } }), QUIET)))
}

export async function logOut(): Promise<void> {
  await take(client.DELETE('/api/v1/session'), QUIET)
  keepCsrfToken('')
}

export async function listCast(): Promise<CastMember[]> {
  return (await take(client.GET('/api/v1/demo/cast'))).items
}
