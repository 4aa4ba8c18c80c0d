/** The placed subjects of this scope, their tree, and search by name; of many only those that matter now. */
import type { Feature, FeatureCollection, Point } from 'geojson'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { readMapLayer, type MapLayer } from '@/api/maps'
import { listSubjects, readSubjectsOnMap } from '@/api/subjects'
import type { Subject } from '@/api/types'

export interface PlacedSubject {
  id: string
  name: string
  name_en: string
  kind: string
  parent_id: string | null
  status: string
}

export type SubjectFeature = Feature<Point, PlacedSubject>

/** Beyond this many the map is drawn from tiles, and a subject is known here when somebody asks for it. */
export const MOST_LISTED = 5_000
const MOST_FOUND = 12
const AT_ONCE = 100
const TYPING_MS = 250

export const useSubjectStore = defineStore('subjects', () => {
  const features = shallowRef<SubjectFeature[]>([])
  /** The layer of tiles where the subjects are many, else nothing. */
  const tiles = shallowRef<MapLayer | null>(null)
  const loaded = ref(false)
  const error = shallowRef<unknown>(null)
  const asking = new Set<string>()
  let asked: Promise<void> | null = null
  let typing: ReturnType<typeof setTimeout> | undefined

  function load(): Promise<void> {
    asked ??= readAll()
      .then(() => {
        loaded.value = true
        error.value = null
      })
      .catch((cause: unknown) => {
        error.value = cause
        asked = null
      })
    return asked
  }

  async function readAll(): Promise<void> {
    const layer = await readMapLayer('subjects')
    if (layer && layer.count > MOST_LISTED) tiles.value = layer
    else features.value = (await readSubjectsOnMap()).features.filter(isPlaced)
  }

  /** Ask which version of the tiles stands now; a failure is met by asking again. */
  async function refreshTiles(): Promise<void> {
    const layer = await readMapLayer('subjects').catch(() => null)
    if (tiles.value && layer && layer.tiles !== tiles.value.tiles) tiles.value = layer
  }

  /** Where the subjects are many: learn of these where they are and what they are called. */
  async function know(ids: Iterable<string>): Promise<void> {
    if (!tiles.value) return
    const missing = [...ids].filter((id) => !byId.value.has(id) && !asking.has(id))
    for (const id of missing) asking.add(id)
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      const part = missing.slice(at, at + AT_ONCE)
      await learn([`id.in:${part.join(',')}`], AT_ONCE).catch(() => part.forEach((id) => asking.delete(id)))
    }
  }

  /** Where the subjects are many: let the server search for what is being typed. */
  function seek(words: string): void {
    clearTimeout(typing)
    const wanted = words.trim()
    if (tiles.value && wanted) typing = setTimeout(() => void learn([`search.like:${wanted}`], MOST_FOUND).catch(() => undefined), TYPING_MS)
  }

  async function learn(filter: string[], limit: number): Promise<void> {
    const { items } = await listSubjects({ filter, limit })
    const learned = items.map(asFeature).filter((feature) => feature !== null && !byId.value.has(feature.properties.id)) as SubjectFeature[]
    if (learned.length) features.value = [...features.value, ...learned]
  }

  const count = computed(() => tiles.value?.count ?? features.value.length)
  const byId = computed(() => new Map(features.value.map((feature) => [feature.properties.id, feature])))
  const collection = computed<FeatureCollection>(() => ({ type: 'FeatureCollection', features: features.value }))

  /** Tells of a subject its `lineageIn`. A getter: the store wraps each call of an action, and a storm asks for thousands. */
  const lineage = computed(() => {
    const placed = byId.value
    return (id: string) => lineageIn(placed, id)
  })

  function search(words: string): SubjectFeature[] {
    const wanted = words.trim().toLowerCase()
    if (!wanted) return []
    const isMeant = ({ name, name_en }: PlacedSubject) => [name, name_en].some((one) => one.toLowerCase().includes(wanted))
    return features.value.filter((feature) => isMeant(feature.properties)).slice(0, MOST_FOUND)
  }

  return { features, tiles, count, loaded, error, load, refreshTiles, know, seek, byId, collection, lineage, search }
})

/** A subject and everything above it, the nearest first; a broken tree does not loop. */
function lineageIn(placed: ReadonlyMap<string, SubjectFeature>, id: string): string[] {
  const found: string[] = []
  let at: string | null = id
  while (at && !found.includes(at)) {
    found.push(at)
    at = placed.get(at)?.properties.parent_id ?? null
  }
  return found
}

function isPlaced(feature: Feature): feature is SubjectFeature {
  return feature.geometry?.type === 'Point' && typeof feature.properties?.id === 'string'
}

function asFeature({ id, name, name_en, kind, parent_id, status, lon, lat }: Subject): SubjectFeature | null {
  if (lon === null || lat === null) return null
  return { type: 'Feature', geometry: { type: 'Point', coordinates: [lon, lat] }, properties: { id, name, name_en, kind, parent_id, status } }
}
