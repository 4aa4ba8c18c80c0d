/** The alarms of one moment as they were known then (decision 7.14), beside whatever the page itself shows. */
import { computed, ref, shallowRef, watch, type Ref } from 'vue'

import { readReplay } from '@/api/alerts'

import { derive, useAlarmStore } from './alarmStore'
import type { States } from './shownStates'

/** What the server plays is a span; only its beginning is looked at. */
const SPAN_MS = 1_000
const NOTHING: States = new Map()

/** `at` in ms; null is the present, which goes on also while the page plays the past. */
export function useMoment(at: Readonly<Ref<number | null>>) {
  const alarms = useAlarmStore()
  const then = shallowRef<States | null>(null)
  const loading = ref(false)
  const error = shallowRef<unknown>(null)
  let run = 0

  async function load(): Promise<void> {
    const mine = ++run
    error.value = null
    loading.value = at.value !== null
    if (at.value === null) {
      then.value = null
      return
    }
    try {
      const { open } = await readReplay(new Date(at.value), new Date(at.value + SPAN_MS))
      if (mine === run) then.value = derive(open)
    } catch (cause) {
      if (mine !== run) return
      // What stood at another moment must not pass for this one.
      then.value = null
      error.value = cause
    } finally {
      if (mine === run) loading.value = false
    }
  }

  watch(at, load, { immediate: true })
  const states = computed<States>(() => (at.value === null ? alarms.statesNow : (then.value ?? NOTHING)))
  return { states, loading, error, reload: load }
}
