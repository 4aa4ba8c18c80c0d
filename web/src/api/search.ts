/** One question over what one may see. */
import { client, take } from './client'
import type { components } from './schema'

export type Found = components['schemas']['SearchOut']
export type FoundBesides = components['schemas']['BesidesOut']
export const NOTHING_FOUND: Found = { subjects: [], alarms: [], places: [] }
export const NOTHING_BESIDES: FoundBesides = { people: [], pages: [] }

export function findAnything(text: string, signal?: AbortSignal): Promise<Found> {
  return take(client.GET('/api/v1/search', { params: { query: { q: text } }, ...(signal ? { signal } : {}) }))
}

/** People, and pages of one's own menu. */
export function findBesides(text: string, signal?: AbortSignal): Promise<FoundBesides> {
  return take(client.GET('/api/v1/search/besides', { params: { query: { q: text } }, ...(signal ? { signal } : {}) }))
}
