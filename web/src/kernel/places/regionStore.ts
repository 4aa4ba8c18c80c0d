/** The region this node serves, and the names that the map will write. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

import { readAreas, readDivisions, readRegion, readSettlements } from '@/api/places'
import type { Region } from '@/api/types'
import type { FeatureCollection } from 'geojson'

type Shape = 'county' | 'township' | 'areas' | 'settlements'

const READ: Readonly<Record<Shape, () => Promise<FeatureCollection>>> = {
  county: () => readDivisions('county'),
  township: () => readDivisions('township'),
  areas: readAreas,
  settlements: readSettlements,
}

export const useRegionStore = defineStore('region', () => {
  const region = shallowRef<Region | null>(null)
  const shapes = new Map<Shape, Promise<FeatureCollection>>()

  async function load(): Promise<Region> {
    region.value ??= await readRegion()
    return region.value
  }

  /** Shapes are slow facts: read once a page; a failed reading is tried again. */
  function shape(kind: Shape): Promise<FeatureCollection> {
    const kept = shapes.get(kind)
    if (kept) return kept
    const asked = READ[kind]()
    asked.catch(() => shapes.delete(kind))
    shapes.set(kind, asked)
    return asked
  }

  /** Every name that may be written on the map, for its font. */
  async function names(): Promise<string> {
    const all = await Promise.allSettled((Object.keys(READ) as Shape[]).map(shape))
    const texts = all.flatMap((one) => (one.status === 'fulfilled' ? one.value.features : []))
    const signs = new Set(texts.map((feature) => String(feature.properties?.name ?? '')).join(''))
    return [...signs].join('')
  }

  return { region, load, shape, names }
})
