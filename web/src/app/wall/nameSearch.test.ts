import type { FeatureCollection } from 'geojson'
import { expect, it } from 'vitest'

import { placesNamed } from './nameSearch'

const shapes: FeatureCollection = {
  type: 'FeatureCollection',
  features: [
    { type: 'Feature', geometry: { type: 'Point', coordinates: [106.6, 38.1] }, properties: { name: '磁窑堡', name_en: 'Ciyaobao' } },
    { type: 'Feature', geometry: { type: 'Polygon', coordinates: [[[106, 38], [107, 38], [107, 39], [106, 39], [106, 38]]] }, properties: { name: '宁东镇' } },
  ],
}

it('a place is found by either name, at its middle', () => {
  expect(placesNamed(shapes, 'ciyao').map(({ properties }) => properties?.name)).toEqual(['磁窑堡'])
  const [town] = placesNamed(shapes, '宁东')
  expect(town?.geometry).toEqual({ type: 'Point', coordinates: [106.5, 38.5] })
  expect(placesNamed(shapes, ' ')).toEqual([])
})
