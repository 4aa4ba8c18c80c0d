/** Who sits here, in which post, and what that post may do. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { askKeys, proveByKey } from '@/api/keys'
import { changePassword as sendPassword, logIn, logInByLink, logOut, proveSecondFactor, putUpDisplay, readSession, type Standing } from '@/api/people'
import { ApiProblem } from '@/api/problem'
import type { Session } from '@/api/types'

import { canUseKeys, KeyNotUsedError, signByKey } from './securityKey'

/** The label of personal data (个人敏感). */
const PERSONAL = 2

export const useSessionStore = defineStore('session', () => {
  const session = shallowRef<Session | null>(null)
  /** Somebody for whom no door opens before the password is changed or the second factor set up: not signed in for any other page. */
  const heldBack = shallowRef<Session | null>(null)
  const isCodeAwaited = ref(false)
  const kinds = shallowRef<readonly string[]>([])
  const keyKinds = shallowRef<readonly string[]>([])
  let asked: Promise<void> | null = null

  const isSignedIn = computed(() => session.value !== null)
  /** Whether this browser, at this address, can speak to security keys. */
  const takesKeys = computed(() => keyKinds.value.includes('webauthn') && canUseKeys())
  const demo = computed(() => session.value?.demo ?? false)
  /** A screen on a wall, which only reads. */
  const isDisplay = computed(() => session.value?.display ?? false)
  const exercise = computed(() => session.value?.exercise ?? null)
  const name = computed(() => session.value?.user.name ?? '')
  const post = computed(() => session.value?.posts[0] ?? null)

  function settle(standing: Standing): void {
    const isHeld = standing.session?.must_change_password === true || standing.session?.second_factor === 'must_enrol'
    session.value = isHeld ? null : standing.session
    heldBack.value = isHeld ? standing.session : null
    isCodeAwaited.value = standing.isCodeAwaited
    kinds.value = standing.kinds
    keyKinds.value = standing.keyKinds
  }

  /** Ask once who we are; null is nobody. The first answer also brings the CSRF token of the log-in. */
  function ensure(): Promise<void> {
    asked ??= readSession().then(
      settle,
      (error: unknown) => {
        asked = null
        if (!(error instanceof ApiProblem) || error.status !== 401) throw error
      },
    )
    return asked
  }

  async function signIn(username: string, password: string): Promise<void> {
    settle(await logIn(username, password))
  }

  async function signInByLink(token: string): Promise<void> {
    settle(await logInByLink(token))
  }

  async function prove(code: string): Promise<void> {
    settle(await proveSecondFactor(code))
  }

  /** The second step by a security key. */
  async function proveWithKey(): Promise<void> {
    const question = await askKeys()
    if (!question) throw new KeyNotUsedError()
    settle(await proveByKey(await signByKey(question)))
  }

  async function changePassword(old: string, fresh: string): Promise<void> {
    settle(await sendPassword(old, fresh))
  }

  /** Ask again who we are: what was held back may be open now. */
  async function refresh(): Promise<void> {
    settle(await readSession())
  }

  async function hangUp(): Promise<void> {
    settle(await putUpDisplay())
  }

  function forget(): void {
    settle({ session: null, isCodeAwaited: false, kinds: [], keyKinds: keyKinds.value })
    asked = null
  }

  async function signOut(): Promise<void> {
    await logOut().finally(forget)
  }

  /** Whether any post of this person carries a permission; the server decides again on the row itself. */
  function can(permission: string): boolean {
    return session.value?.permissions.includes(permission) ?? false
  }

  /** Whether a post's ceiling lets this person take personal data out of the platform; the server decides again. */
  const mayTakePersonal = computed(() => (session.value?.ceiling ?? 0) >= PERSONAL)

  return {
    session, heldBack, isCodeAwaited, kinds, takesKeys, isSignedIn, isDisplay, demo, exercise, name, post,
    ensure, refresh, signIn, signInByLink, prove, proveWithKey, changePassword, hangUp, forget, signOut, can, mayTakePersonal,
  }
})
