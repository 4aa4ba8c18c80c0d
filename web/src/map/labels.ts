/** One label a polygon: drawn from the polygon itself, a name would stand once in every tile it crosses. */
import type { Feature, FeatureCollection, Geometry, Point, Position } from 'geojson'
import type { ExpressionSpecification } from 'maplibre-gl'

/** The text of a label in the language of the page: the English name where there is one. */
export function nameIn(language: string): ExpressionSpecification {
  const name: ExpressionSpecification = ['get', 'name']
  if (language !== 'en') return name
  return ['case', ['!=', ['coalesce', ['get', 'name_en'], ''], ''], ['get', 'name_en'], name]
}

/** Twice the signed area of a ring, and its centroid (shoelace formula). */
function measured(ring: Position[]): { area: number; at: Position } {
  let area = 0
  let x = 0
  let y = 0
  ring.forEach(([ax = 0, ay = 0], n) => {
    const [bx = 0, by = 0] = ring[(n + 1) % ring.length] ?? []
    const cross = ax * by - bx * ay
    area += cross
    x += (ax + bx) * cross
    y += (ay + by) * cross
  })
  const [first = [0, 0]] = ring
  return { area: Math.abs(area), at: area === 0 ? first : [x / (3 * area), y / (3 * area)] }
}

function outerRings(geometry: Geometry): Position[][] {
  if (geometry.type === 'Polygon') return geometry.coordinates.slice(0, 1)
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.flatMap((polygon) => polygon.slice(0, 1))
  return []
}

/** The centre of each polygon's largest part, with the polygon's properties; points stay as they are. */
export function labelPoints(collection: FeatureCollection): FeatureCollection<Point> {
  const features = collection.features.flatMap((feature): Feature<Point>[] => {
    if (feature.geometry.type === 'Point') return [feature as Feature<Point>]
    const parts = outerRings(feature.geometry).map(measured).sort((a, b) => b.area - a.area)
    const largest = parts[0]
    return largest ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: largest.at }, properties: feature.properties }] : []
  })
  return { type: 'FeatureCollection', features }
}
