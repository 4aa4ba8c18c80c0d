/** Where: the region, its divisions, zones and settlements. */
import type { FeatureCollection } from 'geojson'

import { client, take } from './client'
import type { Region } from './types'

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
