/** How the base map is drawn: quiet, so that whatever stands on it is what one sees. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'

import { nameIn } from './labels'
import type { Look } from './look'

export const GROUND_SOURCE = 'base-ground'
export const RELIEF_SOURCE = 'base-relief'

interface Inks {
  land: Record<string, string>
  landOpacity: number
  shadow: string
  highlight: string
  shade: number
  water: string
  river: string
  waterName: string
  road: Record<string, string>
  casing: string
  roadName: string
  border: string
  place: string
  halo: string
}

const INKS: Readonly<Record<Look, Inks>> = {
  dark: {
    land: { farmland: '#1d3527', forest: '#1a3d2b', grass: '#1b2b22', sand: '#272920', wetland: '#17322f', built: '#313c3c', bare: '#252a26' },
    landOpacity: 0.75,
    shadow: '#020605',
    highlight: '#4d645b',
    shade: 0.75,
    water: '#17394a',
    river: '#24566b',
    waterName: '#78a4b4',
    road: { motorway: '#7d7a66', trunk: '#66695d', primary: '#545c58', secondary: '#454e4b', minor: '#3a4341', railway: '#5a6367' },
    casing: '#0b1413',
    roadName: '#9aa39a',
    border: '#6b7c78',
    place: '#c9d6d3',
    halo: '#0b1413',
  },
  light: {
    land: { farmland: '#e3ecd8', forest: '#d0e2cd', grass: '#e8eedf', sand: '#efece0', wetland: '#d9e8e3', built: '#dfe0de', bare: '#eae7e1' },
    landOpacity: 0.85,
    shadow: '#7d8a84',
    highlight: '#ffffff',
    shade: 0.55,
    water: '#bfd8e2',
    river: '#98c0d0',
    waterName: '#3f6c7c',
    road: { motorway: '#b8a987', trunk: '#c5bba2', primary: '#c3c6c0', secondary: '#cfd4d1', minor: '#d8dcda', railway: '#a3abae' },
    casing: '#f8f9f7',
    roadName: '#6a6450',
    border: '#7b8a86',
    place: '#3a4744',
    halo: '#ffffff',
  },
}

const KIND: ExpressionSpecification = ['get', 'class']

/** A value by the class of a feature; `plain` for a class that is not named. */
function byClass<T extends string | number>(values: Record<string, T>, plain: T): ExpressionSpecification {
  return ['match', KIND, ...Object.entries(values).flat(), plain] as unknown as ExpressionSpecification
}

/** Widths grow with nearness: as named at zoom 8, and so many times that at zoom 14. */
function width(values: Record<string, number>, plain: number, times: number): ExpressionSpecification {
  const near = Object.fromEntries(Object.entries(values).map(([name, one]) => [name, one * times]))
  return ['interpolate', ['exponential', 1.4], ['zoom'], 8, byClass(values, plain), 14, byClass(near, plain * times)] as ExpressionSpecification
}

const ROADS = { motorway: 2, trunk: 1.5, primary: 1.1, secondary: 0.8, railway: 1, minor: 0.5 }
const RIVERS = { main: 2.2, river: 1.2, canal: 0.9, stream: 0.7 }
const BORDERS = { province: 2.2, city: 1.8, county: 1.4, township: 0.9, village: 0.6 }
const PEOPLE: ExpressionSpecification = ['coalesce', ['get', 'population'], 0]
const ROUND = { 'line-cap': 'round', 'line-join': 'round' } as const

type Part = Partial<LayerSpecification> & { id: string; type: LayerSpecification['type'] }

/** A layer of the archive's vector tiles; its name there is `from`. */
const ground = (from: string, layer: Part): LayerSpecification =>
  ({ ...layer, id: `base-${layer.id}`, source: GROUND_SOURCE, 'source-layer': from }) as LayerSpecification

function shapes(ink: Inks): LayerSpecification[] {
  return [
    ground('water', { id: 'water', type: 'fill', paint: { 'fill-color': ink.water } }),
    ground('rivers', { id: 'river', type: 'line', layout: ROUND, paint: { 'line-color': ink.river, 'line-width': width(RIVERS, 0.7, 3) } }),
    ground('roads', {
      id: 'road-casing', type: 'line', layout: ROUND, filter: ['in', KIND, ['literal', ['motorway', 'trunk']]],
      paint: { 'line-color': ink.casing, 'line-width': width({ motorway: 3.6, trunk: 2.8 }, 2, 3.4) },
    }),
    ground('roads', {
      id: 'road', type: 'line', layout: ROUND, filter: ['!=', KIND, 'railway'],
      paint: { 'line-color': byClass(ink.road, ink.casing), 'line-width': width(ROADS, 0.5, 3.6) },
    }),
    ground('roads', {
      id: 'railway', type: 'line', filter: ['==', KIND, 'railway'],
      paint: { 'line-color': ink.road.railway ?? ink.border, 'line-width': width(ROADS, 1, 2), 'line-dasharray': [5, 3] },
    }),
    ground('boundaries', {
      id: 'border', type: 'line',
      paint: { 'line-color': ink.border, 'line-width': width(BORDERS, 1, 1.6), 'line-dasharray': [4, 2] },
    }),
    ground('settlements', {
      id: 'place', type: 'circle',
      paint: {
        // Area grows with people: the radius with their square root.
        'circle-radius': ['interpolate', ['linear'], ['sqrt', PEOPLE], 0, 1.5, 100, 3, 500, 9],
        'circle-color': ink.place, 'circle-opacity': 0.3, 'circle-stroke-color': ink.place, 'circle-stroke-opacity': 0.5, 'circle-stroke-width': 1,
      },
    }),
  ]
}

function names(ink: Inks, language: string): LayerSpecification[] {
  const along = { 'symbol-placement': 'line', 'text-field': nameIn(language), 'text-size': 11, 'text-letter-spacing': 0.15, 'symbol-spacing': 420 } as const
  const halo = { 'text-halo-color': ink.halo, 'text-halo-width': 1.2 }
  const isNamed: ExpressionSpecification = ['has', 'name']
  return [
    ground('rivers', {
      id: 'river-name', type: 'symbol', filter: isNamed, minzoom: 7.5,
      layout: { ...along, 'text-size': byClass({ main: 13 }, 11), 'text-max-angle': 60, 'symbol-sort-key': byClass({ main: 0 }, 1) }, paint: { ...halo, 'text-color': ink.waterName },
    }),
    ground('water', {
      id: 'water-name', type: 'symbol', filter: isNamed, minzoom: 9,
      layout: { 'text-field': nameIn(language), 'text-size': 11 }, paint: { ...halo, 'text-color': ink.waterName },
    }),
    ground('roads', {
      id: 'road-name', type: 'symbol', filter: isNamed, minzoom: 9.5,
      layout: along, paint: { ...halo, 'text-color': ink.roadName },
    }),
    ground('settlements', {
      id: 'place-name', type: 'symbol', filter: isNamed,
      layout: {
        'text-field': nameIn(language), 'text-size': byClass({ city: 14, town: 12 }, 11),
        'text-offset': [0, 0.8], 'text-anchor': 'top', 'symbol-sort-key': ['-', 0, PEOPLE],
      },
      paint: { ...halo, 'text-color': ink.place },
    }),
  ]
}

/** Every layer of the base map, bottom to top, of the archives that are there. */
export function baseLayers(look: Look, language: string, archives: readonly string[]): LayerSpecification[] {
  const ink = INKS[look]
  const isThere = (name: string) => archives.includes(name)
  return [
    ...(isThere('ground')
      ? [ground('land_cover', { id: 'land', type: 'fill', paint: { 'fill-color': byClass(ink.land, ink.casing), 'fill-opacity': ink.landOpacity, 'fill-antialias': false } })]
      : []),
    ...(isThere('relief')
      ? [{
          id: 'base-hills', type: 'hillshade' as const, source: RELIEF_SOURCE,
          paint: {
            'hillshade-exaggeration': ink.shade, 'hillshade-shadow-color': ink.shadow,
            'hillshade-highlight-color': ink.highlight, 'hillshade-accent-color': ink.shadow,
          },
        }]
      : []),
    ...(isThere('ground') ? [...shapes(ink), ...names(ink, language)] : []),
  ]
}
