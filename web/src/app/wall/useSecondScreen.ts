/** The map on a second screen of this machine: a window of its own, and what is not the map stays here. */
import { useIntervalFn } from '@vueuse/core'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'

import { useNotify } from '@/ui/notify'

const LOOK_MS = 1_000
const NAME = 'anlan-map'

export function useSecondScreen(only: () => 'all' | 'map' | 'panels') {
  const { t } = useI18n()
  const route = useRoute()
  const router = useRouter()
  const notify = useNotify()
  let other: Window | null = null

  const keep = (part: 'panels' | undefined) => void router.replace({ query: { ...route.query, only: part } })

  function part(): void {
    other = window.open('/?only=map', NAME, 'popup')
    if (other) keep('panels')
    else notify.said(t('app.secondBlocked'))
  }

  function join(): void {
    other?.close()
    other = null
    // Only a window that was opened by another closes itself; any other becomes the whole wall again.
    if (only() === 'map' && window.opener) window.close()
    keep(undefined)
  }

  // Whoever shuts the window has the map back where he sits.
  useIntervalFn(() => {
    if (other?.closed && only() === 'panels') join()
  }, LOOK_MS)

  return { toggle: () => (only() === 'all' ? part() : join()) }
}
