/** The government's map services, as our server hands them out; the browser never asks them itself. */
import type { FeatureCollection } from 'geojson'

import { client, take } from './client'
import type { components } from './schema'

export type MapService = components['schemas']['MapServiceOut']

export async function readMapServices(): Promise<MapService[]> {
  return (await take(client.GET('/api/v1/map-services'))).items as MapService[]
}

/** What came, and for how many seconds the service is left alone, because it did not answer; 0: it does. */
export interface Fetched {
  content: ArrayBuffer
  awayS: number
}

/** Our server fetches beside its requests and says 202 meanwhile; after so many the service is taken for away. */
const PAUSES_MS = [300, 600, 1000, 1500, 2000, 2500, 3000]
const AWAY_S = 30

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resume, stop) => {
    const timer = setTimeout(resume, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      stop(signal.reason as Error)
    }, { once: true })
  })

const secondsOf = (answer: Response) => Number(answer.headers.get('Retry-After')) || 0

/** Ask for something of a service until it is there; one that is away gives nothing. */
async function fetched(address: string, signal: AbortSignal): Promise<Fetched> {
  for (const ms of [...PAUSES_MS, 0]) {
    const answer = await globalThis.fetch(address, { signal, credentials: 'same-origin' })
    if (answer.status !== 202) {
      const isThere = answer.status === 200
      const isWell = isThere || answer.status === 204
      const content = isThere ? await answer.arrayBuffer() : new ArrayBuffer(0)
      return { content, awayS: secondsOf(answer) || (isWell ? 0 : AWAY_S) }
    }
    await pause(ms, signal)
  }
  return { content: new ArrayBuffer(0), awayS: AWAY_S }
}

export interface TileOf {
  service: string
  z: string
  x: string
  y: string
  digest: string
  /** Which try of this page it is, so that no answer of an earlier one is taken out of the browser's store. */
  again: string
}

export function readServiceTile({ service, z, x, y, digest, again }: TileOf, signal: AbortSignal): Promise<Fetched> {
  const asked = new URLSearchParams({ z, x, y, v: digest, ...(again ? { again } : {}) })
  return fetched(`/api/v1/map-services/${encodeURIComponent(service)}/tiles?${asked.toString()}`, signal)
}

export async function readServiceFeatures(service: string, signal: AbortSignal): Promise<{ features: FeatureCollection | null; awayS: number }> {
  const { content, awayS } = await fetched(`/api/v1/map-services/${encodeURIComponent(service)}/features`, signal)
  const features = content.byteLength > 0 ? (JSON.parse(new TextDecoder().decode(content)) as FeatureCollection) : null
  return { features, awayS }
}
