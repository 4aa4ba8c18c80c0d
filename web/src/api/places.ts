/** Where: the region, its divisions, zones and settlements. */
import type { FeatureCollection } from 'geojson'

import { client, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page, Region } from './types'

/** A division from a day to a day. */
export type Vintage = components['schemas']['VintageOut']
export type Zone = components['schemas']['ZoneOut']

export async function readRegion(): Promise<Region> {
  // The client widens the tuples of the schema to arrays.
  return (await take(client.GET('/api/v1/places/region'))) as Region
}

export async function readDivisions(level: 'county' | 'township'): Promise<FeatureCollection> {
  const answer = client.GET('/api/v1/places/divisions.geojson', { params: { query: { level } } })
  return (await take(answer)) as unknown as FeatureCollection
}

export async function readAreas(): Promise<FeatureCollection> {
  return (await take(client.GET('/api/v1/places/areas.geojson'))) as unknown as FeatureCollection
}

export async function readSettlements(): Promise<FeatureCollection> {
  return (await take(client.GET('/api/v1/places/settlements.geojson'))) as unknown as FeatureCollection
}

/** Every division that ever was. */
export function listVintages(query: ListQuery): Promise<Page<Vintage>> {
  return take(client.GET('/api/v1/places/vintages', { params: { query } }))
}

export const exportVintages = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/places/vintages', query)

export function listZones(query: ListQuery): Promise<Page<Zone>> {
  return take(client.GET('/api/v1/places/zones', { params: { query } }))
}

export const exportZones = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/places/zones', query)
