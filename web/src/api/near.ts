/** What is near a point, and what it is called. */
import { client, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

export type WithinRow = components['schemas']['WithinRow']
export type KindWithin = components['schemas']['KindWithin']
export type PlaceAt = components['schemas']['PlaceAtOut']
export type Datum = keyof components['schemas']['CoordinatesOut']

/** A circle, or an outline of corners. */
export type Area = { lon: number; lat: number; radius_m: number } | { outline: string }

export function listWithin(area: Area, query: ListQuery): Promise<Page<WithinRow>> {
  return take(client.GET('/api/v1/places/within', { params: { query: { ...query, ...area } } }))
}

export function countWithin(area: Area): Promise<KindWithin[]> {
  return take(client.GET('/api/v1/places/within/kinds', { params: { query: area } }))
}

export const exportWithin = (area: Area, query: ListQuery): Promise<Blob> => readSheet('/api/v1/places/within', { ...query, ...area })

export function readPlaceAt(at: { lon: number; lat: number }, datum: Datum = 'wgs84'): Promise<PlaceAt> {
  return take(client.GET('/api/v1/places/at', { params: { query: { ...at, datum } } })) as Promise<PlaceAt>
}
