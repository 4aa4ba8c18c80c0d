/** The base map: what there is of it, and where its tiles are. */
import { client, take } from './client'
import type { components } from './schema'

/** One archive of tiles, with whoever must be named beside it. */
export type BaseTiles = components['schemas']['BaseTilesOut']

export async function readBaseMap(): Promise<BaseTiles[]> {
  return (await take(client.GET('/api/v1/base-map'))).items as BaseTiles[]
}

/** The address of a tile as the map asks for it; another version has another address. */
export function tileAddress({ archive, version }: Pick<BaseTiles, 'archive' | 'version'>): string {
  return `${globalThis.location.origin}/api/v1/base-map/tiles/${archive}?z={z}&x={x}&y={y}&v=${version}`
}
