import type { FeatureCollection } from 'geojson'
import { expect, it } from 'vitest'

import { labelPoints } from './labels'

const square = (x: number, size: number) => [[x, 0], [x + size, 0], [x + size, size], [x, size], [x, 0]]
const one = (geometry: FeatureCollection['features'][number]['geometry']): FeatureCollection => ({
  type: 'FeatureCollection',
  features: [{ type: 'Feature', geometry, properties: { name: '宁东镇' } }],
})

it('a polygon has one label, in its middle, with its name', () => {
  const [label] = labelPoints(one({ type: 'Polygon', coordinates: [square(10, 2)] })).features
  expect(label?.geometry.coordinates).toEqual([11, 1])
  expect(label?.properties).toEqual({ name: '宁东镇' })
})

it('a place in several parts has its label on the largest', () => {
  const [label, more] = labelPoints(one({ type: 'MultiPolygon', coordinates: [[square(0, 1)], [square(20, 4)]] })).features
  expect(label?.geometry.coordinates).toEqual([22, 2])
  expect(more).toBeUndefined()
})

it('a shape without area still has a place', () => {
  const [label] = labelPoints(one({ type: 'Polygon', coordinates: [[[1, 2], [1, 2], [1, 2]]] })).features
  expect(label?.geometry.coordinates).toEqual([1, 2])
})
