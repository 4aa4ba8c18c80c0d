/** Load something, and load it again while somebody looks: a wall stands for weeks. */
import { useDocumentVisibility, useIntervalFn } from '@vueuse/core'
import { watch } from 'vue'

import { useLoad, type Load } from './useLoad'

export interface Refreshed<T> extends Load<T> {
  /** Load again soon; many calls at once are one load. */
  soon: () => void
}

/** What changed is worth a look soon; in a storm, when all screens ask, not oftener than this. */
const SOON_MS = 5_000

export function useRefreshed<T>(fetch: (signal: AbortSignal) => Promise<T>, everyMs: number): Refreshed<T> {
  const load = useLoad(fetch)
  const visibility = useDocumentVisibility()
  const every = useIntervalFn(() => void load.reload(), everyMs)
  const once = useIntervalFn(
    () => {
      once.pause()
      void load.reload()
    },
    SOON_MS,
    { immediate: false },
  )
  watch(visibility, (now) => {
    if (now === 'hidden') every.pause()
    else {
      every.resume()
      void load.reload()
    }
  })

  function soon(): void {
    if (!once.isActive.value && visibility.value === 'visible') once.resume()
  }

  return { ...load, soon }
}
