/** A source with its layers, put on the map while a component lives, taken off exactly as it was put on. */
import type { GeoJSON } from 'geojson'
import type { GeoJSONSource, LayerSpecification, SourceSpecification, VectorTileSource } from 'maplibre-gl'
import { onBeforeUnmount, onMounted, watch } from 'vue'

import { inPageFont } from './fonts'
import { fade, useOpacity } from './layerOpacity'
import { inLook, useLook } from './look'
import { above, useMap, type Slot } from './mapKey'
import { inOneProgram } from './oneProgram'

type WithoutSource<L> = L extends { source: string } ? Omit<L, 'source'> : never
export type LayerSketch = WithoutSource<LayerSpecification>

/** Vector tiles: their address on our own server with {z}, {x} and {y} left open, the layer inside, the last zoom. */
export interface TilesOf {
  address: string
  layer: string
  mostZoom: number
}

export interface LayersOptions {
  source: string
  slot: Slot
  layers: LayerSketch[]
  /** Property that is the feature's id, needed for `setFeatureState`. */
  promoteId?: string
  attribution?: string
  /** Where the source is tiles; else it is what `setData` says. */
  tiles?: TilesOf
}

const NOTHING: GeoJSON = { type: 'FeatureCollection', features: [] }
const addressed = (address: string) => [`${location.origin}${address}`]

export function useLayers({ source, slot, layers, promoteId, attribution, tiles }: LayersOptions) {
  const map = useMap()
  const opacity = useOpacity()
  const look = useLook()
  let data: GeoJSON = NOTHING

  function spec(): SourceSpecification {
    const common = attribution ? { attribution } : {}
    if (!tiles) return { type: 'geojson', data, ...common, ...(promoteId ? { promoteId } : {}) }
    const named = promoteId ? { promoteId: { [tiles.layer]: promoteId } } : {}
    return { type: 'vector', tiles: addressed(tiles.address), maxzoom: tiles.mostZoom, ...common, ...named }
  }

  onMounted(() => {
    map.addSource(source, spec())
    const inside = tiles ? { 'source-layer': tiles.layer } : {}
    for (const layer of layers) map.addLayer({ ...inOneProgram(inLook(inPageFont(layer), look)), ...inside, source } as LayerSpecification, above(slot))
    if (opacity.value !== 1) fade(map, layers, opacity.value)
  })
  watch(opacity, (now) => fade(map, layers, now))

  onBeforeUnmount(() => {
    // The map itself may already be gone with the page.
    if (!map.style) return
    for (const layer of [...layers].reverse()) if (map.getLayer(layer.id)) map.removeLayer(layer.id)
    if (map.getSource(source)) map.removeSource(source)
  })

  function setData(next: GeoJSON): void {
    data = next
    map.getSource<GeoJSONSource>(source)?.setData(next)
  }

  /** Draw another version of the tiles; what stands stays until it is there. */
  function setTiles(address: string): void {
    map.getSource<VectorTileSource>(source)?.setTiles(addressed(address))
  }

  return { map, setData, setTiles }
}
