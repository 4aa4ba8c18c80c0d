/** What is selected, where the map comes to, which past is played and how the map is split, as the wall's address carries it. */
import { refDebounced } from '@vueuse/core'
import { computed, toRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { useSelectionStore } from '@/kernel/subjects/selectionStore'
import { useTimeStore } from '@/live/timeStore'
import { useFocusStore } from '@/map/focusStore'
import { useViewStore } from '@/map/viewStore'
import { useClock } from '@/ui/now'

import { readPast, writePast } from './pastAddress'
import { readPlace } from './place'
import { readSplit, WHOLE, writeSplit } from './splitAddress'
import { useBesideLookStore } from './layerLookStore'
import type { useSplit } from './useSplit'

const AT_ZOOM = 12
/** An address is not written while a map is still moving. */
const REST_MS = 400

export function useWallAddress({ split, show }: Pick<ReturnType<typeof useSplit>, 'split' | 'show'>): void {
  const route = useRoute()
  const router = useRouter()
  const selection = useSelectionStore()
  const focus = useFocusStore()
  const beside = useBesideLookStore()
  const view = useViewStore()
  const time = useTimeStore()

  // The time bar plays what is there when it comes.
  time.played = readPast(route.query.past, useClock().value) ?? time.played
  selection.select(typeof route.query.subject === 'string' ? route.query.subject : null, { bringIntoView: true })
  const said = readSplit(route.query)
  if (said) show(said)
  // A place in the address (`?at=106.6,38.1`): what the search found, or somebody sent.
  watch(() => route.query.at, (text) => {
    const at = readPlace(text)
    if (at) focus.show({ lon: at[0], lat: at[1], zoom: AT_ZOOM })
  }, { immediate: true })

  const rested = refDebounced(toRef(view, 'view'), REST_MS)
  // While it plays the moment goes on: an address has the one at which it rests.
  const played = refDebounced(toRef(time, 'played'), REST_MS)
  const query = computed(() => ({
    subject: selection.subjectId ?? undefined,
    past: played.value ? writePast(played.value) : undefined,
    ...(split.isOpen ? writeSplit({ at: split.at, share: split.share, layers: beside.now, view: rested.value }) : WHOLE),
  }))
  watch(query, (now) => void router.replace({ query: { ...route.query, ...now } }))
}
