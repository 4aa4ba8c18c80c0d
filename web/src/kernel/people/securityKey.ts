/** The browser's side of a security key: JSON of the server into bytes, and the key's answer back. */
import type { KeyAnswer, KeyOptions } from '@/api/keys'

/** The person gave up, took too long, or the key is not his: one error for all, as browsers tell no more. */
export class KeyNotUsedError extends Error {}
/** The key that was held to the machine is registered already. */
export class KeyKnownError extends Error {}

interface Described {
  id: string
}

/** Whether this browser, at this address, can speak to a key: https or localhost only. */
export function canUseKeys(): boolean {
  return globalThis.isSecureContext === true && 'PublicKeyCredential' in globalThis
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

export function textOf(bytes: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

const described = (list: unknown): PublicKeyCredentialDescriptor[] =>
  ((list ?? []) as Described[]).map(({ id, ...rest }) => ({ ...rest, type: 'public-key', id: bytesOf(id) }))

/** Have a new key made. Throws KeyNotUsedError, KeyKnownError. */
export async function makeKey(options: KeyOptions): Promise<KeyAnswer> {
  const user = options.user as { id: string; name: string; displayName: string }
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge as string),
    user: { ...user, id: bytesOf(user.id) },
    excludeCredentials: described(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions
  const made = await used(navigator.credentials.create({ publicKey }))
  const response = made.response as AuthenticatorAttestationResponse
  return answerOf(made, {
    clientDataJSON: textOf(response.clientDataJSON),
    attestationObject: textOf(response.attestationObject),
  })
}

/** Have one of my keys sign. Throws KeyNotUsedError. */
export async function signByKey(options: KeyOptions): Promise<KeyAnswer> {
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge as string),
    allowCredentials: described(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions
  const found = await used(navigator.credentials.get({ publicKey }))
  const response = found.response as AuthenticatorAssertionResponse
  return answerOf(found, {
    clientDataJSON: textOf(response.clientDataJSON),
    authenticatorData: textOf(response.authenticatorData),
    signature: textOf(response.signature),
  })
}

async function used(asked: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await asked
    if (found) return found as PublicKeyCredential
  } catch (error) {
    if (error instanceof DOMException && error.name === 'InvalidStateError') throw new KeyKnownError()
  }
  throw new KeyNotUsedError()
}

function answerOf(key: PublicKeyCredential, response: Record<string, string>): KeyAnswer {
  const id = textOf(key.rawId)
  return { kind: 'webauthn', credential: { id, rawId: id, type: key.type, response } }
}
