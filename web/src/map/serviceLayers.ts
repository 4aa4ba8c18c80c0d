/** How a service is drawn: its pictures as they are, its features in the one colour that was named. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

import type { MapService } from '@/api/mapServices'

import type { Look } from './look'

const HALO: Readonly<Record<Look, string>> = { dark: '#0b1413', light: '#ffffff' }

/** A bright map under a dark wall dazzles, and names with dark edges could not be read on it. */
const DIMMED = { 'raster-brightness-max': 0.36, 'raster-saturation': -0.25 } as const

type Drawn = Pick<MapService, 'id' | 'form' | 'role' | 'layer' | 'opacity' | 'colour'>

export const sourceOf = ({ id }: Pick<MapService, 'id'>) => `service-${id}`

const ofShape = (shape: string): ExpressionSpecification => ['==', ['geometry-type'], shape]

/** Every layer of a service, bottom to top. */
export function serviceLayers(service: Drawn, look: Look): LayerSpecification[] {
  const source = sourceOf(service)
  if (service.form === 'pictures') {
    const dimmed = look === 'dark' && service.role === 'ground' ? DIMMED : {}
    return [{ id: source, type: 'raster', source, paint: { 'raster-opacity': service.opacity, 'raster-fade-duration': 0, ...dimmed } }]
  }
  const { colour, opacity } = service
  const within = service.form === 'vector_tiles' ? { 'source-layer': service.layer } : {}
  const made = (name: string, rest: object) => ({ id: `${source}-${name}`, source, ...within, ...rest }) as LayerSpecification
  const layers = [
    made('area', { type: 'fill', filter: ofShape('Polygon'), paint: { 'fill-color': colour, 'fill-opacity': 0.25 * opacity } }),
    made('line', { type: 'line', paint: { 'line-color': colour, 'line-width': 1.5, 'line-opacity': opacity } }),
    made('point', {
      type: 'circle', filter: ofShape('Point'),
      paint: { 'circle-radius': 4, 'circle-color': colour, 'circle-opacity': opacity, 'circle-stroke-color': HALO[look], 'circle-stroke-width': 1 },
    }),
  ]
  // names of tiles that come later would be drawn before their font is there
  if (service.form === 'vector_tiles') return layers
  const name = made('name', {
    type: 'symbol',
    layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-offset': [0, 0.8], 'text-anchor': 'top' },
    paint: { 'text-color': colour, 'text-halo-color': HALO[look], 'text-halo-width': 1.4 },
  })
  return [...layers, name]
}
