/** My security keys: asked at the log-in, registered, named, removed. */
import { client, QUIET, take } from './client'
import { type Standing, standingOf } from './people'
import type { components } from './schema'

type Schemas = components['schemas']
export type SecurityKey = Schemas['SecurityKeyOut']
export type KeyAnswer = Schemas['KeyAnswer']
/** What shows that it is really I: the password, and a code or a key where I have a second factor. */
export type Proof = Schemas['ProofBody']
/** Options of the browser's own call, with bytes as base64url (WebAuthn level 3, section 5.1.8). */
export type KeyOptions = Readonly<Record<string, unknown>>

const BASE = '/api/v1/session/second-factor/keys'

/** What my WebAuthn keys are asked, or null when I have none. */
export async function askKeys(): Promise<KeyOptions | null> {
  const { questions } = await take(client.POST(`${BASE}/question`), QUIET)
  return questions.webauthn ?? null
}

/** The second step of the log-in, by a key. */
export async function proveByKey(answer: KeyAnswer): Promise<Standing> {
  return standingOf(await take(client.POST(`${BASE}/answer`, { body: answer }), QUIET))
}

/** What a new key is asked for. */
export async function offerKey(proof: Proof): Promise<KeyOptions> {
  return (await take(client.POST(`${BASE}/offer`, { body: { ...proof, kind: 'webauthn' } }), QUIET)).options
}

/** Keep a key under my name for it; recovery codes come with the first second factor, this once. */
export async function addKey(name: string, answer: KeyAnswer): Promise<string[]> {
  return (await take(client.POST(BASE, { body: { ...answer, name } }), QUIET)).codes
}

export async function renameKey(id: string, name: string): Promise<SecurityKey> {
  return take(client.PATCH(`${BASE}/{key_id}`, { params: { path: { key_id: id } }, body: { name } }))
}

export async function removeKey(id: string, proof: Proof): Promise<void> {
  await take(client.POST(`${BASE}/{key_id}/remove`, { params: { path: { key_id: id } }, body: proof }), QUIET)
}
