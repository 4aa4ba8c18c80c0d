/** The placed subjects of this scope, their tree, and search by name. */
import type { Feature, FeatureCollection, Point } from 'geojson'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { readSubjectsOnMap } from '@/api/subjects'

export interface PlacedSubject {
  id: string
  name: string
  name_en: string
  kind: string
  parent_id: string | null
  status: string
}

export type SubjectFeature = Feature<Point, PlacedSubject>

const MOST_FOUND = 12

export const useSubjectStore = defineStore('subjects', () => {
  const features = shallowRef<SubjectFeature[]>([])
  const loaded = ref(false)
  const error = shallowRef<unknown>(null)
  let asked: Promise<void> | null = null

  function load(): Promise<void> {
    asked ??= readSubjectsOnMap()
      .then((collection) => {
        features.value = collection.features.filter(isPlaced)
        loaded.value = true
        error.value = null
      })
      .catch((cause: unknown) => {
        error.value = cause
        asked = null
      })
    return asked
  }

  const byId = computed(() => new Map(features.value.map((feature) => [feature.properties.id, feature])))
  const collection = computed<FeatureCollection>(() => ({ type: 'FeatureCollection', features: features.value }))

  /** A subject and everything above it, the nearest first; a broken tree does not loop. */
  function lineage(id: string): string[] {
    const found: string[] = []
    let at: string | null = id
    while (at && !found.includes(at)) {
      found.push(at)
      at = byId.value.get(at)?.properties.parent_id ?? null
    }
    return found
  }

  function search(words: string): SubjectFeature[] {
    const wanted = words.trim().toLowerCase()
    if (!wanted) return []
    const isMeant = ({ name, name_en }: PlacedSubject) => [name, name_en].some((one) => one.toLowerCase().includes(wanted))
    return features.value.filter((feature) => isMeant(feature.properties)).slice(0, MOST_FOUND)
  }

  return { features, loaded, error, load, byId, collection, lineage, search }
})

function isPlaced(feature: Feature): feature is SubjectFeature {
  return feature.geometry?.type === 'Point' && typeof feature.properties?.id === 'string'
}
