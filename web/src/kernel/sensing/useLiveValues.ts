/** The newest readings of some datastreams while a component looks at them; the latest wins. */
import { onScopeDispose, shallowRef, triggerRef, watch, type Ref, type ShallowRef } from 'vue'

import type { LiveValue } from '@/live/frames'
import { useLiveStore } from '@/live/liveStore'

export interface LiveValuesOptions {
  /** Called for each new reading, for those who draw a curve. */
  onValue?: (id: string, value: LiveValue) => void
}

export function useLiveValues(
  ids: Readonly<Ref<string[]>>,
  { onValue }: LiveValuesOptions = {},
): ShallowRef<Map<string, LiveValue>> {
  const live = useLiveStore()
  const values = shallowRef(new Map<string, LiveValue>())
  let release: () => void = () => undefined

  const stop = live.onValues((arrived) => {
    let isChanged = false
    for (const id of ids.value) {
      const value = arrived[id]
      const before = values.value.get(id)
      if (!value || (before && before[0] > value[0])) continue
      values.value.set(id, value)
      onValue?.(id, value)
      isChanged = true
    }
    if (isChanged) triggerRef(values)
  })

  watch(
    () => ids.value.join(),
    () => {
      release()
      release = live.watch([...ids.value])
      values.value = new Map([...values.value].filter(([id]) => ids.value.includes(id)))
    },
    { immediate: true },
  )

  onScopeDispose(() => {
    stop()
    release()
  })
  return values
}
