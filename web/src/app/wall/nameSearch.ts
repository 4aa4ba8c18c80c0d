/** Where a name is: subjects, settlements, divisions and zones that are on the map. */
import type { Feature, FeatureCollection } from 'geojson'
import { computed, onMounted, ref, shallowRef, watch } from 'vue'
import { useI18n } from 'vue-i18n'

import { useRegionStore } from '@/kernel/places/regionStore'
import { useSelectionStore } from '@/kernel/subjects/selectionStore'
import { useSubjectStore } from '@/kernel/subjects/subjectStore'
import { useFocusStore } from '@/map/focusStore'
import { labelPoints } from '@/map/labels'
import { useInLanguage } from '@/ui/inLanguage'

export interface Named {
  key: string
  title: string
  hint: string
  subjectId?: string
  at?: { lon: number; lat: number; zoom: number }
}

const PLACES = ['county', 'township', 'areas', 'settlements'] as const
type PlaceKind = (typeof PLACES)[number]
/** How near the map comes: a county is not a village. */
const ZOOM: Readonly<Record<PlaceKind, number>> = { county: 8.5, township: 10, areas: 10, settlements: 12 }
const MOST = 6

/** Places whose Chinese or English name has the words in it, each with its middle. */
export function placesNamed(shapes: FeatureCollection, words: string): Feature[] {
  const wanted = words.trim().toLowerCase()
  if (!wanted) return []
  const isMeant = ({ properties }: Feature) => [properties?.name, properties?.name_en].some((name) => typeof name === 'string' && name.toLowerCase().includes(wanted))
  return labelPoints(shapes).features.filter(isMeant).slice(0, MOST)
}

export function useNameSearch() {
  const { t } = useI18n()
  const inLanguage = useInLanguage()
  const region = useRegionStore()
  const subjects = useSubjectStore()
  const selection = useSelectionStore()
  const focus = useFocusStore()
  const words = ref('')
  // Where the map is drawn from tiles, not every subject is here: the server is asked.
  watch(words, subjects.seek)
  const shapes = shallowRef<Partial<Record<PlaceKind, FeatureCollection>>>({})

  onMounted(async () => {
    const all = await Promise.allSettled(PLACES.map((kind) => region.shape(kind)))
    shapes.value = Object.fromEntries(PLACES.flatMap((kind, n) => {
      const one = all[n]
      return one?.status === 'fulfilled' ? [[kind, one.value]] : []
    }))
  })

  function named(kind: PlaceKind, feature: Feature, n: number): Named {
    const [lon = 0, lat = 0] = feature.geometry.type === 'Point' ? feature.geometry.coordinates : []
    const title = inLanguage(String(feature.properties?.name ?? ''), String(feature.properties?.name_en ?? ''))
    return { key: `${kind}:${n}:${title}`, title, hint: t(`app.place.${kind}`), at: { lon, lat, zoom: ZOOM[kind] } }
  }

  const found = computed<Named[]>(() => [
    ...subjects.search(words.value).map(({ properties }) => ({
      key: properties.id, title: inLanguage(properties.name, properties.name_en), hint: t('app.place.subject'), subjectId: properties.id,
    })),
    ...PLACES.flatMap((kind) => {
      const one = shapes.value[kind]
      return one ? placesNamed(one, words.value).map((feature, n) => named(kind, feature, n)) : []
    }),
  ])

  function choose({ subjectId, at }: Named): void {
    if (subjectId) selection.select(subjectId, { bringIntoView: true })
    else if (at) focus.show(at)
  }

  return { words, found, choose }
}
