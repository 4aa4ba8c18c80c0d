/** Which cell of the tiles a place lies in, and what the cells show: the worst of what stands in them. */
import type { SubjectFeature } from '@/kernel/subjects/subjectStore'

import { worse, type Painted } from './mapState'
import type { SubjectState } from './alarmStore'

/** A tile has 16 cells along its side. */
const CELL_BITS = 4

/** The id of the cell at a zoom of the map, as the tiles name it: depth/x/y. */
export function cellOf([lon = 0, lat = 0]: readonly number[], zoom: number, mostZoom: number): string {
  const depth = Math.max(0, Math.min(Math.floor(zoom), mostZoom)) + CELL_BITS
  const side = 2 ** depth
  const sin = Math.sin((lat * Math.PI) / 180)
  const x = Math.floor(((lon + 180) / 360) * side)
  const y = Math.floor((0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * side)
  return `${depth}/${x}/${y}`
}

/** What is painted at a zoom: each subject that has an alarm, and each cell that holds one whose place is known. */
export function paintedAt(
  states: ReadonlyMap<string, SubjectState>,
  byId: ReadonlyMap<string, SubjectFeature>,
  zoom: number,
  mostZoom: number,
): Map<string, Painted> {
  const painted = new Map<string, Painted>()
  for (const [id, state] of states) {
    painted.set(id, worse(undefined, state))
    const place = byId.get(id)?.geometry.coordinates
    if (!place) continue
    const cell = cellOf(place, zoom, mostZoom)
    painted.set(cell, worse(painted.get(cell), state))
  }
  return painted
}
