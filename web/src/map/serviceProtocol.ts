/** How MapLibre gets tiles of a service: by an address of ours that waits until our server has fetched them. */
import { addProtocol } from 'maplibre-gl'

import { readServiceTile, type MapService } from '@/api/mapServices'

import { useServiceStore } from './serviceStore'

const SCHEME = 'anlan-service'
const ADDRESS = new RegExp(`^${SCHEME}://([^/]+)/(\\d+)/(\\d+)/(\\d+)\\?v=([^&]*)&again=(.*)$`)

export const serviceAddress = ({ id, digest }: Pick<MapService, 'id' | 'digest'>, again: string): string =>
  `${SCHEME}://${id}/{z}/{x}/{y}?v=${digest}&again=${again}`

let isKnown = false

/** Teach MapLibre the addresses, once a page. A tile that does not come is clear: our own ground is under it. */
export function knowServices(): void {
  if (isKnown) return
  isKnown = true
  const store = useServiceStore()
  addProtocol(SCHEME, async ({ url }, { signal }) => {
    const [, service = '', z = '', x = '', y = '', digest = '', again = ''] = ADDRESS.exec(url) ?? []
    if (store.isResting(service)) return { data: new ArrayBuffer(0) }
    const { content, awayS } = await readServiceTile({ service, z, x, y, digest, again }, signal)
    if (awayS > 0) store.failed(service, awayS)
    else store.worked(service, again)
    return { data: content }
  })
}
