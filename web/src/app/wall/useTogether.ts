/** Two windows of one browser are one wall (7.22): the same selection, place, layers, halves and counts. */
import { computed, toRef, type Ref } from 'vue'

import { useSelectionStore } from '@/kernel/subjects/selectionStore'
import { shareRef } from '@/live/shareRef'
import { useViewStore } from '@/map/viewStore'

import { useLayerLookStore } from './layerLookStore'
import type { useSplit } from './useSplit'

type Counts = Ref<Record<string, number>>

export function useTogether({ shown, show }: Pick<ReturnType<typeof useSplit>, 'shown' | 'show'>, counts: Counts, besideCounts: Counts): void {
  const selection = useSelectionStore()
  const view = useViewStore()

  // The list stands in one window and the map in the other: that comes to what is chosen here.
  shareRef('selection', computed({
    get: () => ({ id: selection.subjectId, isAwaited: selection.awaitedId !== null }),
    set: ({ id, isAwaited }) => selection.select(id, { bringIntoView: isAwaited }),
  }))
  shareRef('view', computed({ get: () => view.chosen, set: view.follow }))
  shareRef('layers', toRef(useLayerLookStore(), 'looks'))
  shareRef('beside', computed({ get: () => shown.value, set: show }))
  shareRef('counts', counts)
  shareRef('besideCounts', besideCounts)
}
