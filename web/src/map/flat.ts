/** A plain picture of the map for desks without WebGL: Web Mercator on a 2D canvas. No Vue, no network. */
import type { Feature, Geometry, Position } from 'geojson'

/** A place of the picture: world units of Web Mercator, 0 to 1 from west and from north. */
export type Point = readonly [number, number]

export interface View {
  /** What stands in the middle. */
  centre: Point
  /** Pixels that the whole world would be wide. */
  scale: number
  width: number
  height: number
}

const HIGHEST_LAT = 85.051129

export function project([lon = 0, lat = 0]: Position): Point {
  const phi = (Math.max(-HIGHEST_LAT, Math.min(HIGHEST_LAT, lat)) * Math.PI) / 180
  return [(lon + 180) / 360, (1 - Math.log(Math.tan(phi) + 1 / Math.cos(phi)) / Math.PI) / 2]
}

/** The longitude and latitude of a place of the picture, in degrees. */
export function unproject([x, y]: Point): [number, number] {
  return [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI]
}

/** Pixels that the world is wide at zoom 0 of a map of tiles. */
const TILE_PX = 512
export const scaleAt = (zoom: number): number => TILE_PX * 2 ** zoom
export const zoomOf = (scale: number): number => Math.log2(scale / TILE_PX)

/** Where a place is in the picture, in pixels from its upper left corner. */
export function toPixel(view: View, [x, y]: Point): Point {
  return [(x - view.centre[0]) * view.scale + view.width / 2, (y - view.centre[1]) * view.scale + view.height / 2]
}

/** The view that shows a box whole, with a margin in pixels. */
export function fit([west, south, east, north]: readonly [number, number, number, number], width: number, height: number, margin = 32): View {
  const [left, top] = project([west, north])
  const [right, bottom] = project([east, south])
  const scale = Math.min((width - 2 * margin) / (right - left), (height - 2 * margin) / (bottom - top))
  return { centre: [(left + right) / 2, (top + bottom) / 2], scale: Math.max(scale, 1), width, height }
}

/** Nearer or farther by a factor; what is at a pixel stays there. */
export function zoom(view: View, factor: number, [px, py]: Point): View {
  const scale = Math.min(Math.max(view.scale * factor, 256), 256 * 2 ** 18)
  const [dx, dy] = [px - view.width / 2, py - view.height / 2]
  const [x, y] = [view.centre[0] + dx / view.scale, view.centre[1] + dy / view.scale]
  return { ...view, scale, centre: [x - dx / scale, y - dy / scale] }
}

export function move(view: View, dx: number, dy: number): View {
  return { ...view, centre: [view.centre[0] - dx / view.scale, view.centre[1] - dy / view.scale] }
}

export function ringsOf(geometry: Geometry): Position[][] {
  if (geometry.type === 'Polygon') return geometry.coordinates
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.flat()
  return []
}

/** The outline of a feature as a path of the picture. */
export function pathOf(view: View, feature: Feature): Path2D {
  const path = new Path2D()
  for (const ring of ringsOf(feature.geometry)) {
    ring.forEach((position, n) => {
      const [x, y] = toPixel(view, project(position))
      if (n === 0) path.moveTo(x, y)
      else path.lineTo(x, y)
    })
    path.closePath()
  }
  return path
}

/** The one of some places that is nearest to a pixel, if it is near enough. */
export function nearest<T>(view: View, places: readonly { at: Point; of: T }[], [px, py]: Point, reach = 16): T | null {
  let found: T | null = null
  let least = reach
  for (const { at, of } of places) {
    const [x, y] = toPixel(view, at)
    const distance = Math.hypot(x - px, y - py)
    if (distance <= least) [found, least] = [of, distance]
  }
  return found
}
