/** A split map as an address carries it, so that a link opens the same: `?beside=now`, `?beside=2026-07-30T14:10Z&layers=…&view=…`. */
import type { LayerLook } from '@/api/layerSets'
import type { View } from '@/map/viewStore'

type Query = Readonly<Record<string, unknown>>
export type SplitQuery = Record<'beside' | 'share' | 'layers' | 'view', string | undefined>

export interface SplitAddress {
  /** Ms; null is the present. */
  at: number | null
  share: number | null
  /** Null where the address does not say: as the left half has them. */
  layers: LayerLook[] | null
  view: View | null
}

const NOW = 'now'
const PERCENT = 100
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What an address says of the right half; null where the map is whole, or the address says nothing that can be. */
export function readSplit(query: Query): SplitAddress | null {
  const beside = text(query.beside)
  const ms = Date.parse(beside)
  if (beside !== NOW && !Number.isFinite(ms)) return null
  const share = Number(text(query.share) || NaN)
  return {
    at: beside === NOW ? null : ms,
    share: Number.isFinite(share) ? share : null,
    layers: typeof query.layers === 'string' ? readLayers(query.layers) : null,
    view: readView(text(query.view)),
  }
}

export function writeSplit({ at, share, layers, view }: { at: number | null; share: number; layers: readonly LayerLook[]; view: View | null }): SplitQuery {
  return {
    beside: at === null ? NOW : new Date(at).toISOString().replace('.000', ''),
    share: String(share),
    layers: writeLayers(layers),
    view: view ? [view.lon.toFixed(5), view.lat.toFixed(5), view.zoom.toFixed(2), view.bearing.toFixed(0)].join() : undefined,
  }
}

export const WHOLE: SplitQuery = { beside: undefined, share: undefined, layers: undefined, view: undefined }

/** `alarms.100,subjects.60,roads.0`: each layer with its opacity, nought where it is off. */
function writeLayers(layers: readonly LayerLook[]): string {
  return layers.map(({ key, is_visible, opacity }) => `${key}.${is_visible ? Math.round(opacity * PERCENT) : 0}`).join()
}

function readLayers(words: string): LayerLook[] {
  return words.split(',').flatMap((word) => {
    const [, key, percent] = /^([a-z0-9_]+)\.(\d{1,3})$/.exec(word) ?? []
    if (!key || percent === undefined) return []
    const opacity = Math.min(Number(percent) / PERCENT, 1)
    return [{ key, is_visible: opacity > 0, opacity: opacity || 1 }]
  })
}

const WORLD = [[-180, 180], [-90, 90], [0, 24], [-360, 360]] as const

function readView(words: string): View | null {
  const numbers = words.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  const [lon = NaN, lat = NaN, zoom = NaN, bearing = 0] = numbers
  const isOnEarth = WORLD.every(([least, most], n) => least <= ([lon, lat, zoom, bearing][n] ?? NaN) && ([lon, lat, zoom, bearing][n] ?? NaN) <= most)
  return isOnEarth && numbers.length <= WORLD.length ? { lon, lat, zoom, bearing } : null
}
