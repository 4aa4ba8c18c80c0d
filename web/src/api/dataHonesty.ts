/** Findings about the honesty of data: the desk's, and those that were handed to a firm. */
import { client, idempotencyKey, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Shapes = components['schemas']
export type HonestyFinding = Shapes['HonestyFindingRow']
export type HonestyFindingDetail = Shapes['HonestyFindingOut']
export type HonestyKind = HonestyFinding['kind']
export type HonestyLook = Shapes['HonestyLookRow']
type Seen = { id: string; version: number }

export function listHonestyFindings(query: ListQuery): Promise<Page<HonestyFinding>> {
  return take(client.GET('/api/v1/data-honesty/findings', { params: { query } }))
}

export const exportHonestyFindings = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/data-honesty/findings', query)

export function listHonestyFindingsAt(subjectId: string): Promise<HonestyFinding[]> {
  return take(client.GET('/api/v1/data-honesty/subjects/{subject_id}/findings', { params: { path: { subject_id: subjectId } } }))
}

export function readHonestyFinding(id: string): Promise<HonestyFindingDetail> {
  return take(client.GET('/api/v1/data-honesty/findings/{finding_id}', { params: { path: { finding_id: id } } }))
}

export function judgeFinding({ id, version }: Seen, isTrue: boolean, reason: string): Promise<HonestyFindingDetail> {
  return take(client.POST('/api/v1/data-honesty/findings/{finding_id}/judge', { params: { path: { finding_id: id }, header: ifMatch(version) }, body: { is_true: isTrue, reason } }))
}

export function handOver({ id, version }: Seen, asked: string, dueOn: string): Promise<HonestyFindingDetail> {
  return take(client.POST('/api/v1/data-honesty/findings/{finding_id}/hand-over', { params: { path: { finding_id: id }, header: ifMatch(version) }, body: { asked, due_on: dueOn } }))
}

export function closeFinding({ id, version }: Seen, reason: string): Promise<HonestyFindingDetail> {
  return take(client.POST('/api/v1/data-honesty/findings/{finding_id}/close', { params: { path: { finding_id: id }, header: ifMatch(version) }, body: { reason } }))
}

export function listLooks(query: ListQuery): Promise<Page<HonestyLook>> {
  return take(client.GET('/api/v1/data-honesty/looks', { params: { query } }))
}

export const exportLooks = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/data-honesty/looks', query)

export function askForLook(siteId: string, day: string): Promise<HonestyLook> {
  return take(client.POST('/api/v1/data-honesty/looks', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body: { site_id: siteId, day } }))
}

export function listHanded(query: ListQuery): Promise<Page<HonestyFinding>> {
  return take(client.GET('/api/v1/data-honesty/handed', { params: { query } }))
}

export const exportHanded = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/data-honesty/handed', query)

export function readHanded(id: string): Promise<HonestyFindingDetail> {
  return take(client.GET('/api/v1/data-honesty/handed/{finding_id}', { params: { path: { finding_id: id } } }))
}

export function answerFinding({ id, version }: Seen, answer: string): Promise<HonestyFindingDetail> {
  return take(client.POST('/api/v1/data-honesty/handed/{finding_id}/answer', { params: { path: { finding_id: id }, header: ifMatch(version) }, body: { answer } }))
}
