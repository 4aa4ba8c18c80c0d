/** What the wall shows, as a screen on another machine is told it, and the other way: show what one is told. */
import type { ScreenShown } from '@/api/screens'
import { useSelectionStore } from '@/kernel/subjects/selectionStore'
import { useTimeStore } from '@/live/timeStore'
import { useViewStore } from '@/map/viewStore'

import { useLayerLookStore } from './layerLookStore'
import type { useSplit } from './useSplit'

export function useStage({ shown: halves, show: split }: Pick<ReturnType<typeof useSplit>, 'shown' | 'show'>) {
  const selection = useSelectionStore()
  const view = useViewStore()
  const looks = useLayerLookStore()
  const time = useTimeStore()

  function shown(): ScreenShown {
    const { played } = time
    const beside = halves.value
    return {
      subject: selection.subjectId,
      view: view.view,
      layers: looks.now,
      played: played && { start: Math.round(played.from), end: Math.round(played.to), at: Math.round(played.at) },
      beside: beside && { at: beside.at, share: beside.share ?? 50, layers: beside.layers ?? [] },
    }
  }

  function show({ subject, view: place, layers, played, beside }: ScreenShown): void {
    if (subject !== selection.subjectId) selection.select(subject ?? null)
    view.follow(place ?? null)
    looks.adopt(layers ?? [])
    time.played = played ? { from: played.start, to: played.end, at: played.at } : null
    split(beside ? { ...beside, view: null } : null)
  }

  return { shown, show }
}
