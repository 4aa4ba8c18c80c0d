/** Who I am: session, one-time link, the demo's cast. */
import { client, keepCsrfToken, QUIET, take } from './client'
import { tellServerTime } from './clock'
import type { CastMember, Session } from './types'

function kept(session: Session): Session {
  keepCsrfToken(session.csrf_token)
  tellServerTime(Number(new Date(session.server_time)))
  return session
}

export async function readSession(): Promise<Session> {
  return kept(await take(client.GET('/api/v1/session'), QUIET))
}

export async function logIn(username: string, password: string): Promise<Session> {
  return kept(await take(client.POST('/api/v1/session', { body: { username, password } }), QUIET))
}

export async function logInByLink(token: string): Promise<Session> {
  return kept(await take(client.POST('/api/v1/session/link', { body: { token } }), QUIET))
}

export async function logOut(): Promise<void> {
  await take(client.DELETE('/api/v1/session'), QUIET)
  keepCsrfToken('')
}

export async function listCast(): Promise<CastMember[]> {
  return (await take(client.GET('/api/v1/demo/cast'))).items
}
