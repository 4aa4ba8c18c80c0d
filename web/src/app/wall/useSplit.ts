/** Opens and closes the right half, and gives it its layers: those of an address or a screen, else those of the left. */
import { computed } from 'vue'

import { useViewStore } from '@/map/viewStore'
import { useClock } from '@/ui/now'

import { useBesideLookStore, useLayerLookStore } from './layerLookStore'
import type { SplitAddress } from './splitAddress'
import { useSplitStore } from './splitStore'
import { useWallLayers } from './useWallLayers'

/** How far back the right half looks when it is opened by hand. */
const BACK_MS = 60 * 60_000
const MINUTE_MS = 60_000

export function useSplit() {
  const split = useSplitStore()
  const all = useWallLayers()
  const looks = useLayerLookStore()
  const beside = useBesideLookStore()
  const view = useViewStore()
  const clock = useClock()
  let isUsed = false

  /** What the right half is, for whoever is to show the same; null where the map is whole. */
  const shown = computed<SplitAddress | null>(() => (split.isOpen ? { at: split.at, share: split.share, layers: beside.now, view: null } : null))

  function show(said: SplitAddress | null): void {
    if (said === null) {
      split.isOpen = false
      return
    }
    split.show(said.at, clock.value)
    if (said.share !== null) split.widen(said.share)
    if (said.view) view.follow(said.view)
    const layers = said.layers ?? looks.now
    // Its own sets come later and would put theirs in the place of these.
    void beside.begin(all.value.map(({ entry }) => entry)).then(() => beside.adopt(layers))
    beside.adopt(layers)
    isUsed = true
    split.isOpen = true
  }

  /** By hand: the first time an hour ago beside now, later what was there before. */
  function toggle(): void {
    if (split.isOpen) return void (split.isOpen = false)
    if (isUsed) return void (split.isOpen = true)
    const at = Math.floor((clock.value - BACK_MS) / MINUTE_MS) * MINUTE_MS
    show({ at, share: null, layers: null, view: null })
  }

  return { split, shown, show, toggle }
}
