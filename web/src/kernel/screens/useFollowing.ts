/** Hands on what the desk shows that leads this screen, the latest word of it and never an earlier one. */
import { onScopeDispose, watch } from 'vue'

import type { ScreenShown } from '@/api/screens'
import type { ShownFrame } from '@/live/frames'
import { useLiveStore } from '@/live/liveStore'

import { useScreenStore } from './screenStore'

export function useFollowing(show: (shown: ScreenShown) => void): void {
  const screens = useScreenStore()
  const live = useLiveStore()
  /** It may be heard before one knows who leads. */
  let last: ShownFrame | null = null
  let shownN = -1

  function take(): void {
    if (!last || last.screen !== screens.following?.id || last.n <= shownN) return
    shownN = last.n
    show(last.shown)
  }

  onScopeDispose(live.onShown((frame) => {
    if (last && last.screen === frame.screen && last.n >= frame.n) return
    last = frame
    take()
  }))
  watch(() => screens.following?.id, take)
}
