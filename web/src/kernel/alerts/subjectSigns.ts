/** The signs of the subjects at a zoom: firms always, what stands on their ground when the map is near. */
import type { Feature, FeatureCollection, Point } from 'geojson'

import type { SubjectFeature } from '@/kernel/subjects/subjectStore'
import { declutter, type Spot } from '@/map/declutter'

export const NEAR_ZOOM = 12
const isTop = (feature: SubjectFeature) => feature.properties.kind === 'enterprise'
const isFirm = (feature?: SubjectFeature) => feature !== undefined && isTop(feature)

/** A sign of several stands under the name of the firm among them, and says how many others; equipment lends it none. */
function named(first: SubjectFeature, firms: number) {
  const { kind, name, name_en } = first.properties
  const others = firms > 1 ? ` +${firms - 1}` : ''
  return isTop(first) ? { kind, name: name + others, name_en: name_en && name_en + others } : { kind, name: '', name_en: '' }
}

export interface Signs {
  /** Those that stand for several, by their id. */
  clusters: Map<string, string[]>
  collection: FeatureCollection
}

function spotsOf(features: SubjectFeature[], zoom: number, apart: ReadonlySet<string>): Spot[] {
  const placed = features.map(({ properties, geometry }) => ({ id: properties.id, lon: geometry.coordinates[0] ?? 0, lat: geometry.coordinates[1] ?? 0 }))
  return declutter(placed, zoom, apart)
}

export function signsOf(features: SubjectFeature[], zoom: number, selected: string | null): Signs {
  const apart = new Set(selected ? [selected] : [])
  const byId = new Map(features.map((feature) => [feature.properties.id, feature]))
  // Firms first: what stands close to a firm's own sign is held together under its name.
  const near = zoom >= NEAR_ZOOM ? features.filter((feature) => !isTop(feature)) : []
  const spots = spotsOf([...features.filter(isTop), ...near], zoom, apart)
  const drawn = spots.flatMap(({ id, at, members }): Feature<Point>[] => {
    const first = byId.get(members[0] ?? '')
    if (!first) return []
    const geometry: Point = { type: 'Point', coordinates: at }
    if (members.length === 1) return [{ type: 'Feature', geometry, properties: first.properties }]
    const firms = members.filter((one) => isFirm(byId.get(one))).length
    return [{ type: 'Feature', geometry, properties: { id, ...named(first, firms), count: members.length } }]
  })
  const isMany = (spot: Spot) => spot.members.length > 1
  return {
    clusters: new Map(spots.filter(isMany).map(({ id, members }) => [id, members])),
    collection: { type: 'FeatureCollection', features: drawn },
  }
}
