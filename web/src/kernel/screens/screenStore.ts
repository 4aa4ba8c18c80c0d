/**
 * Who leads this screen, and which screens this desk leads.
 *
 * An event says only that one of them changed; all are read anew, because a sign-out is no event of theirs.
 */
import { useIntervalFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'

import { leadScreen, letScreenGo, readMyScreens, type FollowingScreen } from '@/api/screens'
import { useSessionStore } from '@/kernel/people/sessionStore'
import { useLiveStore } from '@/live/liveStore'

/** Should an event be lost, nobody believes for longer that he is followed. */
const AGAIN_MS = 60_000

export const useScreenStore = defineStore('screens', () => {
  const live = useLiveStore()
  const session = useSessionStore()
  const following = shallowRef<FollowingScreen | null>(null)
  const leading = shallowRef<FollowingScreen[]>([])
  const loaded = ref(false)
  const error = shallowRef<unknown>(null)
  let run = 0
  let isStarted = false

  async function refresh(): Promise<void> {
    const mine = ++run
    try {
      const found = await readMyScreens()
      if (mine !== run) return
      following.value = found.following
      leading.value = found.leading
      loaded.value = true
      error.value = null
    } catch (cause) {
      if (mine === run) error.value = cause
    }
  }

  function start(): void {
    if (isStarted || !session.can('screens.screen.view')) return
    isStarted = true
    live.onRows('screens.screen', () => void refresh())
    live.onReset(() => void refresh())
    useIntervalFn(() => void refresh(), AGAIN_MS)
    void refresh()
  }

  async function lead(code: string): Promise<FollowingScreen> {
    const made = await leadScreen(code)
    await refresh()
    return made
  }

  async function letGo(id: string): Promise<void> {
    await letScreenGo(id)
    await refresh()
  }

  return { following, leading, loaded, error, start, refresh, lead, letGo }
})
