/** Sketches as the map draws them: a circle gets its ring, each its name at a point of its own. */
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'

import type { SketchFeature } from '@/api/sketches'
import { circleRing, type LonLat } from '@/map/geodesy'

/** Of an area its whole outline: the map comes to all of it. */
export function boxOf(geometry: Geometry): [[number, number], [number, number]] | null {
  const places = positionsOf(geometry)
  if (places.length === 0) return null
  const [lons, lats] = [places.map(([lon = 0]) => lon), places.map(([, lat = 0]) => lat)]
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]]
}

function positionsOf(geometry: Geometry): Position[] {
  if (geometry.type === 'Point') return [geometry.coordinates]
  if (geometry.type === 'LineString') return geometry.coordinates
  if (geometry.type === 'Polygon') return geometry.coordinates.flat()
  return []
}

export function shapeOf({ geometry, properties }: SketchFeature): Geometry {
  const drawn = geometry as unknown as Geometry
  if (properties.kind !== 'circle' || drawn.type !== 'Point' || !properties.radius_m) return drawn
  return { type: 'Polygon', coordinates: [circleRing(drawn.coordinates as unknown as LonLat, properties.radius_m)] }
}

export function shapesOf(sketches: readonly SketchFeature[]): FeatureCollection {
  return { type: 'FeatureCollection', features: sketches.map((one): Feature => ({ type: 'Feature', id: one.id, geometry: shapeOf(one), properties: { id: one.id, name: one.properties.name, kind: one.properties.kind } })) }
}

/** Where a name stands: at a point, in the middle of a line or of an outline's box. */
export function namesOf(sketches: readonly SketchFeature[]): FeatureCollection {
  const features = sketches.flatMap((one): Feature[] => {
    const shape = shapeOf(one)
    const at = shape.type === 'LineString' ? shape.coordinates[Math.floor(shape.coordinates.length / 2)] : middle(shape)
    return at ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { id: one.id, name: one.properties.name, kind: one.properties.kind } }] : []
  })
  return { type: 'FeatureCollection', features }
}

function middle(shape: Geometry): Position | null {
  const box = boxOf(shape)
  return box ? [(box[0][0] + box[1][0]) / 2, (box[0][1] + box[1][1]) / 2] : null
}
