/** How many messages wait for me; asked again when something was read, when alarms move, and now and then. */
import { useIntervalFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref } from 'vue'

import { countUnread } from '@/api/base'
import { useLiveStore } from '@/live/liveStore'

const EVERY_MS = 60_000
const PAUSE_MS = 3_000

export const useUnreadStore = defineStore('unread', () => {
  const count = ref(0)
  const live = useLiveStore()
  let soon: ReturnType<typeof setTimeout> | undefined

  async function refresh(): Promise<void> {
    // Without an answer the last figure stands; the page of messages says what is wrong.
    count.value = await countUnread().catch(() => count.value)
  }

  /** An alarm moved: whoever has to know is told about now. */
  function refreshSoon(): void {
    soon ??= setTimeout(() => {
      soon = undefined
      void refresh()
    }, PAUSE_MS)
  }

  let isStarted = false
  function start(): void {
    if (isStarted) return
    isStarted = true
    live.onRows('alerts.alarm', refreshSoon)
    live.onReset(refreshSoon)
    useIntervalFn(refresh, EVERY_MS)
    void refresh()
  }

  return { count, refresh, start }
})
