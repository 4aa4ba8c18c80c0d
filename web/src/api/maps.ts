/** Layers that are drawn from vector tiles, as whoever asks sees them now. */
import { client, take } from './client'
import type { components } from './schema'

export type MapLayer = components['schemas']['LayerOut']

export async function readMapLayer(name: string): Promise<MapLayer | null> {
  const layers = await take(client.GET('/api/v1/maps/layers'))
  return layers.find(({ layer }) => layer === name) ?? null
}
