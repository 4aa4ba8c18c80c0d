/** Hazardous chemicals and major-hazard installations. */
import type { FeatureCollection } from 'geojson'

import { client, idempotencyKey, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Shapes = components['schemas']
export type Chemical = Shapes['ChemicalOut']
export type ChemicalVersion = Shapes['ChemicalVersionOut']
export type ChemicalBody = Shapes['ChemicalBody']
export type HazardStandard = Shapes['HazardStandardOut']
export type Installation = Shapes['HazardInstallationRow']
export type InstallationDetail = Shapes['HazardInstallationOut']
export type InstallationBody = Shapes['HazardInstallationIn']
export type InstallationPatch = Shapes['HazardInstallationPatch']
export type HoldingBody = Shapes['StockHoldingBody']
export type Sheet = Shapes['HazardSheetOut']
export type SheetRow = Shapes['SheetRowOut']
export type SheetTotal = Shapes['SheetTotalOut']
export type Grade = Installation['grade']
export type Overstock = Installation['overstock']
type Seen = { id: string; version: number }

export function listChemicals(query: ListQuery): Promise<Page<Chemical>> {
  return take(client.GET('/api/v1/hazchem/chemicals', { params: { query } }))
}

export const exportChemicals = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/hazchem/chemicals', query)

export async function listVersions(chemicalId: string): Promise<ChemicalVersion[]> {
  const query = { filter: [`chemical_id.eq:${chemicalId}`], limit: 200 }
  return (await take(client.GET('/api/v1/hazchem/chemical-versions', { params: { query } }))).items
}

export function readStandard(): Promise<HazardStandard> {
  return take(client.GET('/api/v1/hazchem/standard'))
}

export function registerChemical(body: Shapes['ChemicalIn']): Promise<Chemical> {
  return take(client.POST('/api/v1/hazchem/chemicals', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body }))
}

export function fileChemicalVersion({ id, version }: Seen, body: ChemicalBody): Promise<Chemical> {
  return take(client.POST('/api/v1/hazchem/chemicals/{chemical_id}/versions', { params: { path: { chemical_id: id }, header: ifMatch(version) }, body }))
}

export function listInstallations(query: ListQuery): Promise<Page<Installation>> {
  return take(client.GET('/api/v1/hazchem/installations', { params: { query } }))
}

export const exportInstallations = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/hazchem/installations', query)

export function listInstallationsAt(subjectId: string): Promise<Installation[]> {
  return take(client.GET('/api/v1/hazchem/subjects/{subject_id}/installations', { params: { path: { subject_id: subjectId } } }))
}

export function readInstallation(id: string): Promise<InstallationDetail> {
  return take(client.GET('/api/v1/hazchem/installations/{installation_id}', { params: { path: { installation_id: id } } }))
}

export function readSheetOf(id: string): Promise<Sheet> {
  return take(client.GET('/api/v1/hazchem/installations/{installation_id}/sheet', { params: { path: { installation_id: id } } }))
}

export function registerInstallation(body: InstallationBody): Promise<InstallationDetail> {
  return take(client.POST('/api/v1/hazchem/installations', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body }))
}

export function changeInstallation({ id, version }: Seen, body: InstallationPatch): Promise<InstallationDetail> {
  return take(client.PATCH('/api/v1/hazchem/installations/{installation_id}', { params: { path: { installation_id: id }, header: ifMatch(version) }, body }))
}

export function retireInstallation({ id, version }: Seen, reason: string): Promise<InstallationDetail> {
  return take(client.POST('/api/v1/hazchem/installations/{installation_id}/retire', { params: { path: { installation_id: id }, header: ifMatch(version) }, body: { reason } }))
}

export async function readInstallationsOnMap(): Promise<FeatureCollection> {
  return (await take(client.GET('/api/v1/hazchem/installations/points.geojson'))) as unknown as FeatureCollection
}
