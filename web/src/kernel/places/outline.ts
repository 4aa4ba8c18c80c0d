/** An outline by its corners, longitude first, in degrees. */
import type { FeatureCollection } from 'geojson'

import type { Outline } from '@/api/places'

export type Corner = [lon: number, lat: number]
const LEAST = 3

/** The area that corners enclose; fewer than three enclose none. */
export function areaOf(corners: readonly Corner[]): Outline | null {
  const [first] = corners
  return first && corners.length >= LEAST ? { type: 'Polygon', coordinates: [[...corners, first]] } : null
}

/** What a map shows of corners: each of them, and the line or area that they make. */
export function drawn(corners: readonly Corner[]): FeatureCollection {
  const area = areaOf(corners) as { type: 'Polygon'; coordinates: Corner[][] } | null
  const shape = area ?? (corners.length > 1 ? { type: 'LineString' as const, coordinates: [...corners] } : null)
  const points = corners.map((one) => ({ type: 'Point' as const, coordinates: one }))
  return { type: 'FeatureCollection', features: [...(shape ? [shape] : []), ...points].map((geometry) => ({ type: 'Feature', properties: {}, geometry })) }
}

/** Corners as text, one a line: `106.612345, 38.123456`. */
export const cornersText = {
  write: (corners: readonly Corner[]): string => corners.map((one) => one.join(', ')).join('\n'),
  /** Null where a line is no pair of degrees. */
  read(text: string): Corner[] | null {
    const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '')
    const read = lines.map((line) => line.split(/[\s,，]+/).filter((part) => part !== '').map(Number))
    const isPlace = (line: number[]): line is Corner => line.length === 2 && Math.abs(line[0] ?? NaN) <= 180 && Math.abs(line[1] ?? NaN) <= 90
    return read.every(isPlace) ? read : null
  },
}
