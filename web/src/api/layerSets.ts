/** How somebody likes his map: sets of layers under names. */
import { client, take } from './client'
import type { components } from './schema'

export type LayerSets = components['schemas']['LayerSets']
export type LayerSet = components['schemas']['LayerSet']
export type LayerLook = components['schemas']['LayerLook']

export function readLayerSets(): Promise<LayerSets> {
  return take(client.GET('/api/v1/session/layer-sets'))
}

export function keepLayerSets(body: LayerSets): Promise<LayerSets> {
  return take(client.PUT('/api/v1/session/layer-sets', { body }))
}
