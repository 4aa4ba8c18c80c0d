/** Tells the screens that follow this desk what it shows: at most four times a second, always the latest. */
import { onScopeDispose, computed, watch } from 'vue'

import { showOnScreens, type ScreenShown } from '@/api/screens'
import { useLiveStore } from '@/live/liveStore'

import { useScreenStore } from './screenStore'

export const PAUSE_MS = 250
/** After a failure; the next change tries at once. */
const AGAIN_MS = 2_000

export function useLeading(shown: () => ScreenShown): void {
  const screens = useScreenStore()
  const live = useLiveStore()
  const followers = computed(() => screens.leading.map(({ id }) => id).join())
  const text = computed(() => (followers.value ? JSON.stringify(shown()) : ''))
  let timer: ReturnType<typeof setTimeout> | undefined
  let isBusy = false
  let isStale = false

  function soon(ms = PAUSE_MS): void {
    isStale = true
    if (isBusy) return
    timer ??= setTimeout(() => void tell(), ms)
  }

  async function tell(): Promise<void> {
    timer = undefined
    isStale = false
    if (!text.value) return
    isBusy = true
    // What failed is told again, unless something else is shown by then.
    const failed = await showOnScreens(JSON.parse(text.value) as ScreenShown).then(() => false, () => true)
    isBusy = false
    if (isStale) soon()
    else if (failed) soon(AGAIN_MS)
  }

  watch([text, followers], () => soon(), { immediate: true })
  // The stream keeps the last word for each screen; one that was begun anew has none.
  watch(() => live.link, (link) => link === 'open' && soon())
  onScopeDispose(() => clearTimeout(timer))
}
