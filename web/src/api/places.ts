/** Where: the region, its divisions, zones and settlements. */
import type { FeatureCollection } from 'geojson'

import { client, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page, Region } from './types'

/** A division from a day to a day. */
export type Vintage = components['schemas']['VintageOut']
export type Zone = components['schemas']['ZoneOut']
export type ZoneFiling = components['schemas']['ZoneBody']
export type ZonePatch = components['schemas']['ZonePatch']
export type DivisionFiling = components['schemas']['DivisionBody']
/** What became what, on which day, on which paper. */
export type Reorganisation = components['schemas']['ReorganisationOut']
export type Outline = ZoneFiling['boundary']
type Seen = { id: string; version: number }
type Paper = { on: string; reason: string }
const onDivision = ({ id, version }: Seen) => ({ path: { division_id: id }, header: ifMatch(version) })
const onZone = ({ id, version }: Seen) => ({ path: { zone_id: id }, header: ifMatch(version) })

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

/** The divisions of today. */
export function listDivisions(query: ListQuery): Promise<Page<components['schemas']['DivisionOut']>> {
  return take(client.GET('/api/v1/places/divisions', { params: { query } }))
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

export function registerDivision(body: DivisionFiling): Promise<Vintage> {
  return take(client.POST('/api/v1/places/divisions', { body }))
}

export function renameDivision(seen: Seen, body: Paper & { name: string; name_en: string }): Promise<Reorganisation> {
  return take(client.POST('/api/v1/places/divisions/{division_id}/rename', { params: onDivision(seen), body }))
}

export function moveDivision(seen: Seen, body: Paper & { code: string }): Promise<Reorganisation> {
  return take(client.POST('/api/v1/places/divisions/{division_id}/move', { params: onDivision(seen), body }))
}

export function mergeDivision(seen: Seen, body: Paper & { into: string }): Promise<Reorganisation> {
  return take(client.POST('/api/v1/places/divisions/{division_id}/merge', { params: onDivision(seen), body }))
}

export function listReorganisations(query: ListQuery): Promise<Page<Reorganisation>> {
  return take(client.GET('/api/v1/places/reorganisations', { params: { query } }))
}

export const exportReorganisations = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/places/reorganisations', query)

export function undoReorganisation({ id, version }: Seen): Promise<Reorganisation> {
  return take(client.POST('/api/v1/places/reorganisations/{reorganisation_id}/undo', { params: { path: { reorganisation_id: id }, header: ifMatch(version) } }))
}

export function registerZone(body: ZoneFiling): Promise<Zone> {
  return take(client.POST('/api/v1/places/zones', { body }))
}

export function changeZone(seen: Seen, body: ZonePatch): Promise<Zone> {
  return take(client.PATCH('/api/v1/places/zones/{zone_id}', { params: onZone(seen), body }))
}

export function closeZone(seen: Seen, on: string): Promise<Zone> {
  return take(client.POST('/api/v1/places/zones/{zone_id}/close', { params: onZone(seen), body: { on } }))
}

export function reopenZone(seen: Seen): Promise<Zone> {
  return take(client.POST('/api/v1/places/zones/{zone_id}/reopen', { params: onZone(seen) }))
}
