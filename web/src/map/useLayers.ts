/** A source with its layers, put on the map while a component lives, taken off exactly as it was put on. */
import type { GeoJSON } from 'geojson'
import type { GeoJSONSource, GeoJSONSourceSpecification, LayerSpecification } from 'maplibre-gl'
import { onBeforeUnmount, onMounted } from 'vue'

import { inPageFont } from './fonts'
import { above, useMap, type Slot } from './mapKey'

type WithoutSource<L> = L extends { source: string } ? Omit<L, 'source'> : never
export type LayerSketch = WithoutSource<LayerSpecification>

export interface LayersOptions {
  source: string
  slot: Slot
  layers: LayerSketch[]
  /** Property that is the feature's id, needed for `setFeatureState`. */
  promoteId?: string
  attribution?: string
}

const NOTHING: GeoJSON = { type: 'FeatureCollection', features: [] }

export function useLayers({ source, slot, layers, promoteId, attribution }: LayersOptions) {
  const map = useMap()
  let data: GeoJSON = NOTHING

  onMounted(() => {
    const spec: GeoJSONSourceSpecification = { type: 'geojson', data }
    if (promoteId) spec.promoteId = promoteId
    if (attribution) spec.attribution = attribution
    map.addSource(source, spec)
    for (const layer of layers) map.addLayer({ ...inPageFont(layer), source } as LayerSpecification, above(slot))
  })

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

  return { map, setData }
}
