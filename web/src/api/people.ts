/** Who I am: session, one-time link, second factor, the demo's cast. */
import { client, keepCsrfToken, QUIET, take, UNATTENDED } from './client'
import { tellServerTime } from './clock'
import { ApiProblem } from './problem'
import type { components, paths } from './schema'
import type { CastMember, DutyShift, Session } from './types'

type Answer = paths['/api/v1/session']['get']['responses'][200]['content']['application/json']
export type Offer = components['schemas']['OfferOut']
export type SecondFactor = components['schemas']['SecondFactorOut']

/** Where a log-in stands: somebody is in, or the password was right and the code is awaited, or nobody. */
export interface Standing {
  session: Session | null
  isCodeAwaited: boolean
  /** By what the person who is half-way in can prove himself. */
  kinds: readonly string[]
  /** Kinds of keys that are taken at this address. */
  keyKinds: readonly string[]
}

/** Remember token and time of any answer, also one that says that nobody is signed in. */
function kept(answer: Answer): Standing {
  keepCsrfToken(answer.csrf_token)
  tellServerTime(answer.server_time)
  return {
    session: answer.user ? { ...answer, user: answer.user } : null,
    isCodeAwaited: answer.second_factor === 'needed',
    kinds: answer.second_factor_kinds,
    keyKinds: answer.key_kinds,
  }
}

/** An answer that must have let somebody in, or half-way in. */
export function standingOf(answer: Answer): Standing {
  return signedIn(kept(answer))
}

function signedIn(standing: Standing): Standing {
  if (!standing.session && !standing.isCodeAwaited) throw new ApiProblem(401, 'http_401', 'nobody is signed in')
  return standing
}

export async function readSession(): Promise<Standing> {
  return kept(await take(client.GET('/api/v1/session'), QUIET))
}

export async function logIn(username: string, password: string): Promise<Standing> {
  return signedIn(kept(await take(client.POST('/api/v1/session', { body: { username, password } }), QUIET)))
}

export async function logInByLink(token: string): Promise<Standing> {
  return signedIn(kept(await take(client.POST('/api/v1/session/link', { body: { token } }), QUIET)))
}

/** The second step of the log-in; `code` is the app's or a recovery code. */
export async function proveSecondFactor(code: string): Promise<Standing> {
  return signedIn(kept(await take(client.POST('/api/v1/session/second-factor', { body: { code } }), QUIET)))
}

/** Whether I have a second factor, must have one, and how many recovery codes are left. */
export async function readSecondFactor(): Promise<SecondFactor> {
  return take(client.GET('/api/v1/session/second-factor'))
}

/**
 * A secret for my app, as text and as `otpauth:` address; it counts once confirmed.
 *
 * Who has a second factor already proves himself by `code` too.
 */
export async function offerSecondFactor(password: string, code = ''): Promise<Offer> {
  return take(client.POST('/api/v1/session/second-factor/offer', { body: { password, code } }), QUIET)
}

/** New recovery codes in place of the old, which are good no more; they come this once. */
export async function renewRecoveryCodes(code: string): Promise<string[]> {
  return (await take(client.POST('/api/v1/session/second-factor/recovery-codes', { body: { code } }), QUIET)).codes
}

/** Confirm the secret by its first code; the recovery codes come this once. */
export async function confirmSecondFactor(code: string): Promise<string[]> {
  return (await take(client.POST('/api/v1/session/second-factor/confirmation', { body: { code } }), QUIET)).codes
}

/** Change my password; every other session of mine ends. `old` is empty for who has none yet. */
export async function changePassword(old: string, fresh: string): Promise<Standing> {
  return signedIn(kept(await take(client.POST('/api/v1/session/password', { body: { old, new: fresh } }), QUIET)))
}

/** Make this session a screen on a wall: it reads, stays untouched, and does nothing. */
export async function putUpDisplay(): Promise<Standing> {
  return signedIn(kept(await take(client.POST('/api/v1/session/display'), QUIET)))
}

export async function logOut(): Promise<void> {
  await take(client.DELETE('/api/v1/session'), QUIET)
  keepCsrfToken('')
}

export async function listCast(): Promise<CastMember[]> {
  return (await take(client.GET('/api/v1/demo/cast'))).items
}

export type Person = components['schemas']['UserOut']

/** Everybody with an account, by name; for those who choose one. */
export async function listPeople(): Promise<Person[]> {
  return (await take(client.GET('/api/v1/people/users', { params: { query: { limit: 500 } } }))).items
}

/** Who is on duty at a moment, in the organisations that I reach. */
export async function listOnDuty(at: Date): Promise<DutyShift[]> {
  const moment = at.toISOString()
  const query = { filter: [`starts_at.le:${moment}`, `ends_at.gt:${moment}`], sort: 'starts_at', limit: 100 }
  return (await take(client.GET('/api/v1/people/duty', { params: { query }, ...UNATTENDED }))).items
}

/** The names behind `actor` columns. */
export async function readNames(actors: string[]): Promise<Record<string, string>> {
  return (await take(client.GET('/api/v1/people/names', { params: { query: { actor: actors } } }))).names as Record<string, string>
}
