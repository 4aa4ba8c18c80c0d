/** The part of the time bar that lies ahead: offered only where some layer of the registry has a forecast. */
import { computed, onScopeDispose } from 'vue'

import { useRegistryStore } from '@/kernel/base/registryStore'
import { useTimeStore } from '@/live/timeStore'
import { useClock } from '@/ui/now'

const HOUR_MS = 3_600_000
/** Forecasts are of hours; a finer step would say more than is known. */
export const STEP_MS = HOUR_MS / 2

export function useForecast() {
  const registry = useRegistryStore()
  const time = useTimeStore()
  const clock = useClock()
  /** Layers that somebody may switch on here: entries that this build can draw. */
  const layers = computed(() => registry.layers().filter(({ entry }) => entry.time === 'forecast'))
  const aheadMs = computed(() => Math.max(0, ...layers.value.map(({ entry }) => entry.ahead_h)) * HOUR_MS)
  const isOffered = computed(() => aheadMs.value > 0)
  const span = computed(() => {
    const from = Math.ceil(clock.value / STEP_MS) * STEP_MS
    return { from, to: from + aheadMs.value }
  })

  function seek(ms: number): void {
    time.ahead = Math.min(Math.max(ms, span.value.from), span.value.to)
  }
  function begin(): void {
    if (isOffered.value) seek(span.value.from)
  }
  function end(): void {
    time.ahead = null
  }
  onScopeDispose(end)

  return { time, layers, isOffered, span, begin, seek, end }
}
