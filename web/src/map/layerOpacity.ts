/** One opacity for a whole layer of the tree: what each of its map layers has by itself is multiplied. */
import type { LayerSpecification, Map as MapLibre } from 'maplibre-gl'
import { inject, ref, type InjectionKey, type Ref } from 'vue'

export const OPACITY: InjectionKey<Readonly<Ref<number>>> = Symbol('opacity')

/** The opacity that the tree gives to the layer in which this is called. */
export const useOpacity = (): Readonly<Ref<number>> => inject(OPACITY, ref(1))

const OF: Readonly<Record<string, readonly string[]>> = {
  fill: ['fill-opacity'],
  line: ['line-opacity'],
  circle: ['circle-opacity', 'circle-stroke-opacity'],
  symbol: ['text-opacity', 'icon-opacity'],
  raster: ['raster-opacity'],
  heatmap: ['heatmap-opacity'],
  hillshade: ['hillshade-exaggeration'],
}

/** A paint value times a factor; what goes by zoom must keep the zoom outermost, so its outputs are multiplied. */
export function times(value: unknown, factor: number): unknown {
  if (value === undefined) return factor
  if (typeof value === 'number') return value * factor
  if (!Array.isArray(value)) return value
  const [name] = value as unknown[]
  if (name === 'interpolate') return value.map((one: unknown, n) => (n > 3 && n % 2 === 0 ? times(one, factor) : one))
  if (name === 'step') return value.map((one: unknown, n) => (n > 1 && n % 2 === 0 ? times(one, factor) : one))
  return ['*', factor, value]
}

type Painted = Pick<LayerSpecification, 'id' | 'type'> & { paint?: object | undefined }

/** Give layers of a map their own opacity times a factor. */
export function fade(map: Pick<MapLibre, 'getLayer' | 'setPaintProperty'>, layers: readonly Painted[], factor: number): void {
  for (const layer of layers) {
    if (!map.getLayer(layer.id)) continue
    const paint = (layer.paint ?? {}) as Record<string, unknown>
    for (const name of OF[layer.type] ?? []) map.setPaintProperty(layer.id, name as never, times(paint[name], factor) as never)
  }
}
