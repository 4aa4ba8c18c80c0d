/** A list whose rows settle by themselves: what waits for the engine is asked about until it does not. */
import { useIntervalFn } from '@vueuse/core'
import { onScopeDispose } from 'vue'

import { useLiveStore } from '@/live/liveStore'
import type { List } from '@/ui/useList'

const ASK_MS = 2_000
const PAUSE_MS = 300

export function useSettling<T extends { id: string; state: string }>(list: List<T>, ...nouns: string[]): void {
  const live = useLiveStore()
  let soon: ReturnType<typeof setTimeout> | undefined
  const refreshSoon = () => {
    clearTimeout(soon)
    soon = setTimeout(() => void list.refresh(), PAUSE_MS)
  }
  const stops = [...nouns.map((noun) => live.onRows(noun, refreshSoon)), live.onReset(refreshSoon)]
  const isSettling = (row: T) => row.state === 'waiting' || row.state === 'ending'
  useIntervalFn(() => {
    if (!document.hidden && list.rows.value.some(isSettling)) void list.refresh()
  }, ASK_MS)
  onScopeDispose(() => {
    clearTimeout(soon)
    stops.forEach((stop) => stop())
  })
}
