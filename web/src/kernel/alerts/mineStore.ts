/** How many alarms wait for this person, and how many are late: asked again as alarms change and minutes pass. */
import { useDocumentVisibility, useIntervalFn, useThrottleFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'

import { countMyAlarms } from '@/api/alerts'
import { useLiveStore } from '@/live/liveStore'

import { useAlarmStore } from './alarmStore'

/** In a storm every desk would ask for each frame. */
const PAUSE_MS = 10_000
const AGAIN_MS = 60_000

export const useMineStore = defineStore('mine', () => {
  const alarms = useAlarmStore()
  const live = useLiveStore()
  const visibility = useDocumentVisibility()
  const count = ref(0)
  const late = ref(0)
  let started = false

  async function refresh(): Promise<void> {
    if (visibility.value === 'hidden') return
    const found = await countMyAlarms().catch(() => null)
    if (!found) return
    count.value = found.count
    late.value = found.late
  }

  function start(): void {
    if (started) return
    started = true
    const soon = useThrottleFn(() => void refresh(), PAUSE_MS, true)
    alarms.onChanged(() => void soon())
    live.onReset(() => void refresh())
    watch(visibility, () => void refresh())
    useIntervalFn(() => void refresh(), AGAIN_MS, { immediateCallback: true })
  }

  return { count, late, start, refresh }
})
