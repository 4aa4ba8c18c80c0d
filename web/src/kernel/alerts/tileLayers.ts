/** How subjects out of tiles look: a cell with its number while the map is far, each its own sign when it is near. */
import type { ExpressionSpecification } from 'maplibre-gl'

import { levelImage } from '@/map/symbols'
import type { LayerSketch } from '@/map/useLayers'
import { PRIORITIES } from '@/ui/levels'

import { isOffline, level, nameOf, priority } from './subjectLayers'

export const TILE_TARGETS = ['tile-dot', 'tile-many']
export const TILE_RINGS = ['tile-ring']
const NAMES_FROM = 15

const isMany: ExpressionSpecification = ['has', 'count']
const isOne: ExpressionSpecification = ['!', isMany]
const size: ExpressionSpecification = ['log10', ['coalesce', ['get', 'count'], 1]]
const radius: ExpressionSpecification = ['case', isMany, ['interpolate', ['linear'], size, 0.3, 7, 2, 11, 4, 15], 5]

/** `unit` is what large numbers are counted in: 万, or k. */
function counted({ word, size }: CountUnit): ExpressionSpecification {
  const count: ExpressionSpecification = ['get', 'count']
  const short: ExpressionSpecification = ['concat', ['to-string', ['/', ['round', ['/', ['*', count, 10], size]], 10]], word]
  return ['case', ['>=', count, size], short, ['to-string', count]]
}

export interface CountUnit {
  word: string
  size: number
}

/** Bottom to top. */
export function tileLayers(language: string, unit: CountUnit): LayerSketch[] {
  return [
    {
      id: 'tile-ring', type: 'circle',
      paint: { 'circle-radius': ['+', radius, 5], 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-width': 2, 'circle-stroke-color': level, 'circle-stroke-opacity': 0 },
    },
    {
      id: 'tile-many', type: 'circle', filter: isMany,
      layout: { 'circle-sort-key': ['get', 'count'] },
      paint: { 'circle-radius': radius, 'circle-color': ['interpolate', ['linear'], size, 0.3, '#14201f', 4, '#3f625c'], 'circle-opacity': 0.9, 'circle-stroke-width': ['case', ['>', priority, 0], 2.5, 1], 'circle-stroke-color': level },
    },
    {
      id: 'tile-dot', type: 'circle', filter: isOne,
      paint: {
        'circle-radius': radius,
        'circle-color': ['case', isOffline, '#0b1413', level],
        'circle-stroke-width': ['case', isOffline, 3, 1],
        'circle-stroke-color': ['case', isOffline, level, '#0b1413'],
      },
    },
    {
      id: 'tile-count', type: 'symbol', filter: isMany,
      layout: { 'text-field': counted(unit), 'text-size': 11, 'text-padding': 0, 'symbol-sort-key': ['-', 0, ['get', 'count']] },
      paint: { 'text-color': '#edf3f2', 'text-halo-color': '#0b1413', 'text-halo-width': 1 },
    },
    { id: 'tile-name', type: 'symbol', filter: isOne, minzoom: NAMES_FROM, ...nameOf(language) },
    // four layers, the worst on top, as of the signs of the list
    ...[...PRIORITIES].reverse().map((one): LayerSketch => ({
      id: `tile-level-${one}`, type: 'symbol',
      layout: {
        'icon-image': levelImage(one), 'icon-allow-overlap': true, 'icon-ignore-placement': true,
        'icon-size': 0.8, 'icon-offset': ['case', isMany, ['literal', [-16, -16]], ['literal', [0, 0]]],
      },
      paint: { 'icon-opacity': ['case', ['all', ['==', priority, one], ['!', isOffline]], 1, 0] },
    })),
  ]
}
