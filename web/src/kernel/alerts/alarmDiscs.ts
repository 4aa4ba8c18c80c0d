/** Where alarms are open, as discs: the worst level is the colour, the number is the size. */
import type { Feature, FeatureCollection, Point } from 'geojson'

import type { SubjectFeature } from '@/kernel/subjects/subjectStore'

import type { SubjectState } from './alarmStore'

/** Of subjects that have no place of their own the nearest one above that has. */
export function discs(states: ReadonlyMap<string, SubjectState>, placed: ReadonlyMap<string, SubjectFeature>, lineage: (id: string) => string[]): FeatureCollection<Point> {
  const found = new Map<string, Feature<Point>>()
  for (const [id, { priority, count }] of states) {
    const at = [id, ...lineage(id)].map((one) => placed.get(one)).find((one) => one !== undefined)
    if (!at) continue
    const key = at.properties.id
    const before = found.get(key)?.properties
    const properties = { id: key, p: Math.min(before?.p ?? priority, priority), count: (before?.count ?? 0) + count }
    found.set(key, { type: 'Feature', geometry: at.geometry, properties })
  }
  return { type: 'FeatureCollection', features: [...found.values()] }
}
