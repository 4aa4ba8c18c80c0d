/** Special work by permit (GB 30871). */
import type { FeatureCollection } from 'geojson'

import { client, idempotencyKey, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Shapes = components['schemas']
export type WorkStandard = Shapes['WorkStandardOut']
export type WorkKind = WorkStandard['kinds'][number]
export type Permit = Shapes['WorkPermitRow']
export type PermitDetail = Shapes['WorkPermitOut']
export type PermitBody = Shapes['PermitBody']
export type PermitIn = Shapes['PermitIn']
export type GasTestBody = Shapes['GasTestBody']
export type Standing = Permit['standing']
export type KindKey = Permit['kind']
export type LevelKey = Permit['level']
export type PermitAct = PermitDetail['may'][number]
type Seen = { id: string; version: number }

export const readWorkStandard = (): Promise<WorkStandard> => take(client.GET('/api/v1/firm-day/standard'))

export function listPermits(query: ListQuery): Promise<Page<Permit>> {
  return take(client.GET('/api/v1/firm-day/permits', { params: { query } }))
}

export const exportPermits = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/firm-day/permits', query)

export function listPermitsAt(subjectId: string): Promise<Permit[]> {
  return take(client.GET('/api/v1/firm-day/subjects/{subject_id}/permits', { params: { path: { subject_id: subjectId } } }))
}

export function readPermit(id: string): Promise<PermitDetail> {
  return take(client.GET('/api/v1/firm-day/permits/{permit_id}', { params: { path: { permit_id: id } } }))
}

export function draftPermit(body: PermitIn): Promise<PermitDetail> {
  return take(client.POST('/api/v1/firm-day/permits', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body }))
}

const at = ({ id, version }: Seen) => ({ path: { permit_id: id }, header: ifMatch(version) })

export function changePermit(permit: Seen, body: PermitBody): Promise<PermitDetail> {
  return take(client.PUT('/api/v1/firm-day/permits/{permit_id}', { params: at(permit), body }))
}

export function noteGasTest(permit: Seen, body: GasTestBody): Promise<PermitDetail> {
  return take(client.POST('/api/v1/firm-day/permits/{permit_id}/gas-tests', { params: at(permit), body }))
}

export function issuePermit(permit: Seen): Promise<PermitDetail> {
  return take(client.POST('/api/v1/firm-day/permits/{permit_id}/issue', { params: at(permit) }))
}

export function startWork(permit: Seen): Promise<PermitDetail> {
  return take(client.POST('/api/v1/firm-day/permits/{permit_id}/start', { params: at(permit) }))
}

export function finishWork(permit: Seen): Promise<PermitDetail> {
  return take(client.POST('/api/v1/firm-day/permits/{permit_id}/finish', { params: at(permit) }))
}

export function cancelPermit(permit: Seen, reason: string): Promise<PermitDetail> {
  return take(client.POST('/api/v1/firm-day/permits/{permit_id}/cancel', { params: at(permit), body: { reason } }))
}

export function takeBackAct(permit: Seen, reason: string): Promise<PermitDetail> {
  return take(client.POST('/api/v1/firm-day/permits/{permit_id}/take-back', { params: at(permit), body: { reason } }))
}

export async function readWorkOnMap(): Promise<FeatureCollection> {
  return (await take(client.GET('/api/v1/firm-day/permits/points.geojson'))) as unknown as FeatureCollection
}

export type PromisingSite = Shapes['PromisingSiteRow']
export type PromiseRate = Shapes['PromiseRateOut']
export type Commitment = Shapes['CommitmentOut']
export type PromiseVersion = Commitment['versions'][number]
export type Contradiction = Commitment['contradictions'][number]
export type FirmToday = Shapes['FirmTodayOut']
export type PromiseBody = Omit<Shapes['PromiseIn'], 'site_id'>
export type DayStanding = PromisingSite['standing']
export type Risk = PromiseBody['risk']

/** Who has promised on a day; an empty day is today. */
export function listPromising(query: ListQuery & { day?: string }): Promise<Page<PromisingSite>> {
  return take(client.GET('/api/v1/firm-day/sites', { params: { query } }))
}

export const exportPromising = (query: ListQuery & { day?: string }): Promise<Blob> => readSheet('/api/v1/firm-day/sites', query)

export function readRates(day: string): Promise<PromiseRate[]> {
  return take(client.GET('/api/v1/firm-day/rates', { params: { query: day ? { day } : {} } }))
}

export function readFirmToday(siteId: string): Promise<FirmToday> {
  return take(client.GET('/api/v1/firm-day/sites/{site_id}/today', { params: { path: { site_id: siteId } } }))
}

export function readCommitment(id: string): Promise<Commitment> {
  return take(client.GET('/api/v1/firm-day/commitments/{commitment_id}', { params: { path: { commitment_id: id } } }))
}

export function makePromise(siteId: string, body: PromiseBody): Promise<Commitment> {
  return take(client.POST('/api/v1/firm-day/commitments', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body: { ...body, site_id: siteId } }))
}

const of = ({ id, version }: Seen) => ({ path: { commitment_id: id }, header: ifMatch(version) })

export function correctPromise(row: Seen, body: PromiseBody, reason: string): Promise<Commitment> {
  return take(client.POST('/api/v1/firm-day/commitments/{commitment_id}/versions', { params: of(row), body: { ...body, reason } }))
}

export function withdrawPromise(row: Seen, reason: string): Promise<Commitment> {
  return take(client.POST('/api/v1/firm-day/commitments/{commitment_id}/withdraw', { params: of(row), body: { reason } }))
}
