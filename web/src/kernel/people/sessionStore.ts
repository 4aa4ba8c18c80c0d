/** Who sits here, in which post, and what that post may do. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'

import { logIn, logInByLink, logOut, readSession } from '@/api/people'
import { ApiProblem } from '@/api/problem'
import type { Session } from '@/api/types'

export const useSessionStore = defineStore('session', () => {
  const session = shallowRef<Session | null>(null)
  let asked: Promise<void> | null = null

  const isSignedIn = computed(() => session.value !== null)
  const demo = computed(() => session.value?.demo ?? false)
  const exercise = computed(() => session.value?.exercise ?? null)
  const name = computed(() => session.value?.user.name ?? '')
  const post = computed(() => session.value?.posts[0] ?? null)
  const organisation = computed(() => post.value?.organisation.name ?? '')

  /** Ask once who we are; null is nobody. The first answer also brings the CSRF token of the log-in. */
  function ensure(): Promise<void> {
    asked ??= readSession().then(
      (found) => void (session.value = found),
      (error: unknown) => {
        asked = null
        if (!(error instanceof ApiProblem) || error.status !== 401) throw error
      },
    )
    return asked
  }

  async function signIn(username: string, password: string): Promise<void> {
    session.value = await logIn(username, password)
  }

  async function signInByLink(token: string): Promise<void> {
    session.value = await logInByLink(token)
  }

  function forget(): void {
    session.value = null
    asked = null
  }

  async function signOut(): Promise<void> {
    await logOut().finally(forget)
  }

  /** Whether any post of this person carries a permission; the server decides again on the row itself. */
  function can(permission: string): boolean {
    return session.value?.permissions.includes(permission) ?? false
  }

  return { session, isSignedIn, demo, exercise, name, post, organisation, ensure, signIn, signInByLink, signOut, forget, can }
})
