/** What is being drawn, corner by corner, and the shape that it makes; no map, no Vue. */
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'

import { circleRing, type LonLat } from './geodesy'

export type DrawKind = 'point' | 'line' | 'area' | 'circle'

/** Corners that a shape needs before it is one. */
export const NEEDED: Readonly<Record<DrawKind, number>> = { point: 1, circle: 1, line: 2, area: 3 }

export interface Draft {
  kind: DrawKind
  corners: LonLat[]
  /** Where the pointer is, as the next corner would be. */
  hover: LonLat | null
  radiusM: number | null
}

const DIGITS = 1e6
/** To 0.1 m: more would claim a precision that no hand has. */
export const rounded = ([lon, lat]: LonLat): [number, number] => [Math.round(lon * DIGITS) / DIGITS, Math.round(lat * DIGITS) / DIGITS]

export const isWhole = ({ kind, corners }: Pick<Draft, 'kind' | 'corners'>) => corners.length >= NEEDED[kind]

/** The corner that a click adds; a point and a circle's middle are put anew by each. */
export function withCorner(draft: Draft, corner: LonLat): Draft {
  const isSingle = NEEDED[draft.kind] === 1
  return { ...draft, corners: isSingle ? [rounded(corner)] : [...draft.corners, rounded(corner)] }
}

const closed = (corners: readonly LonLat[]): Position[] => [...corners, corners[0] as LonLat].map((one) => [...one])

/** The shape as GeoJSON; a circle is its middle. Null while corners are missing. */
export function geometryOf(draft: Pick<Draft, 'kind' | 'corners'>): Geometry | null {
  const { kind, corners } = draft
  if (!isWhole(draft)) return null
  if (kind === 'line') return { type: 'LineString', coordinates: corners.map((one) => [...one]) }
  if (kind === 'area') return { type: 'Polygon', coordinates: [closed(corners)] }
  return { type: 'Point', coordinates: [...(corners[0] as LonLat)] }
}

/** The corners that a shape was drawn by; none for what this hand does not draw. */
export function cornersOf(geometry: Geometry): LonLat[] {
  if (geometry.type === 'Point') return [geometry.coordinates as unknown as LonLat]
  if (geometry.type === 'LineString') return geometry.coordinates as unknown as LonLat[]
  if (geometry.type === 'Polygon') return (geometry.coordinates[0] ?? []).slice(0, -1) as unknown as LonLat[]
  return []
}

const feature = (geometry: Geometry): Feature => ({ type: 'Feature', geometry, properties: {} })

/** What the map shows of it: the outline with the pointer's corner, and a dot at each corner that stands. */
export function shownOf({ kind, corners, hover, radiusM }: Draft): FeatureCollection {
  const dots = corners.map((one) => feature({ type: 'Point', coordinates: [...one] }))
  return { type: 'FeatureCollection', features: [...outline(kind, corners, hover, radiusM), ...dots] }
}

function outline(kind: DrawKind, corners: LonLat[], hover: LonLat | null, radiusM: number | null): Feature[] {
  const [first] = corners
  if (kind === 'circle') return first && radiusM ? [feature({ type: 'Polygon', coordinates: [circleRing(first, radiusM)] })] : []
  if (kind === 'point') return []
  const path = hover && first ? [...corners, hover] : corners
  if (path.length < 2) return []
  if (kind === 'area' && path.length > 2) return [feature({ type: 'Polygon', coordinates: [closed(path)] })]
  return [feature({ type: 'LineString', coordinates: path.map((one) => [...one]) })]
}
