/** How the signs of subjects look on the map; colours come by feature-state. */
import type { ExpressionSpecification } from 'maplibre-gl'

import { nameIn } from '@/map/labels'
import { levelImage, MAP_LEVELS } from '@/map/symbols'
import type { LayerSketch } from '@/map/useLayers'
import { PRIORITIES } from '@/ui/levels'

import { NEAR_ZOOM } from './subjectSigns'

export const priority: ExpressionSpecification = ['coalesce', ['feature-state', 'p'], 0]
export const isOffline: ExpressionSpecification = ['boolean', ['feature-state', 'offline'], false]
export const level: ExpressionSpecification = ['match', priority, 1, MAP_LEVELS[1], 2, MAP_LEVELS[2], 3, MAP_LEVELS[3], 4, MAP_LEVELS[4], '#8a9794']
const isTop: ExpressionSpecification = ['==', ['coalesce', ['get', 'kind'], ''], 'enterprise']

export const nameOf = (language: string) => ({
  layout: {
    'text-field': nameIn(language),
    'text-size': 12,
    'text-offset': [0, 1.2] as [number, number],
    'text-anchor': 'top' as const,
    'text-optional': true,
    'text-max-width': 9,
  },
  paint: { 'text-color': '#edf3f2', 'text-halo-color': '#0b1413', 'text-halo-width': 1.4 },
})

const BADGE = {
  layout: {
    'text-field': ['to-string', ['get', 'count']] as ExpressionSpecification,
    'text-size': 12,
    'text-allow-overlap': true,
    'text-ignore-placement': true,
  },
  paint: { 'text-color': '#edf3f2', 'text-halo-color': '#0b1413', 'text-halo-width': 2 },
}

/** Bottom to top, for firms or for what stands on their ground. */
export function subjectLayers(isNear: boolean, language: string): LayerSketch[] {
  const id = (name: string) => `subject-${name}${isNear ? '-near' : ''}`
  const shared = {
    filter: isNear ? (['!', isTop] as ExpressionSpecification) : isTop,
    ...(isNear ? { minzoom: NEAR_ZOOM } : {}),
  }
  return [
    {
      id: id('ring'), type: 'circle', ...shared,
      paint: { 'circle-radius': 15, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-width': 2, 'circle-stroke-color': level, 'circle-stroke-opacity': 0 },
    },
    {
      id: id('many'), type: 'circle', ...shared, filter: ['all', shared.filter, ['has', 'count']],
      paint: { 'circle-radius': 12, 'circle-color': '#0b1413', 'circle-stroke-width': 2, 'circle-stroke-color': level },
    },
    {
      id: id('dot'), type: 'circle', ...shared,
      paint: {
        'circle-radius': isNear ? 5 : 6.5,
        'circle-color': ['case', isOffline, '#0b1413', level],
        'circle-stroke-width': ['case', isOffline, 3, 1],
        'circle-stroke-color': ['case', isOffline, level, '#0b1413'],
      },
    },
    {
      id: id('count'), type: 'symbol', ...shared, filter: ['all', shared.filter, ['has', 'count']],
      layout: { ...BADGE.layout, 'text-offset': [1.35, -1.1] },
      paint: BADGE.paint,
    },
    { id: id('name'), type: 'symbol', ...shared, ...nameOf(language) },
    // Four layers, the worst on top: an icon cannot be chosen by feature-state, its opacity can.
    ...[...PRIORITIES].reverse().map((one): LayerSketch => ({
      id: id(`level-${one}`), type: 'symbol', ...shared,
      layout: { 'icon-image': levelImage(one), 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'icon-size': isNear ? 0.8 : 1 },
      paint: { 'icon-opacity': ['case', ['all', ['==', priority, one], ['!', isOffline]], 1, 0] },
    })),
  ]
}
