/**
 * The wall shows itself round while nobody touches it: each subject in alarm for a while, then the whole.
 *
 * The first touch ends it and leaves what is shown as it is; it begins anew after a time of rest.
 */
import { useIdle, useIntervalFn } from '@vueuse/core'
import { computed, ref, watch, type Ref } from 'vue'

export const REST_MS = 3 * 60_000
export const STOP_MS = 20_000
/** More than so many stops, and the first would be seen again too late. */
export const MOST_STOPS = 12

export interface TourOptions {
  /** Switched on by whoever uses this screen. */
  enabled: Readonly<Ref<boolean>>
  /** Ids of what is worth a stop at this moment, the worst first. */
  stops: () => string[]
  /** Show one, or the whole (null). */
  show: (id: string | null) => void
  restMs?: number
  stopMs?: number
}

export function useTour({ enabled, stops, show, restMs = REST_MS, stopMs = STOP_MS }: TourOptions) {
  const { idle } = useIdle(restMs)
  const running = computed(() => enabled.value && idle.value)
  const shown = ref<string | null>(null)

  function next(): void {
    const ids = stops().slice(0, MOST_STOPS)
    // after the last stop comes the whole, and after the whole the first stop of that moment
    const at = shown.value === null ? 0 : ids.indexOf(shown.value) + 1
    shown.value = ids[at] ?? null
    show(shown.value)
  }

  const walk = useIntervalFn(next, stopMs, { immediate: false })
  watch(running, (now) => {
    if (!now) return walk.pause()
    shown.value = null
    show(null)
    walk.resume()
  })

  return { running }
}
