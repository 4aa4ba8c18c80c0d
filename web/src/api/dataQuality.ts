/** What is wrong with the platform's own data. */
import { client, idempotencyKey, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

export type Finding = components['schemas']['DataFindingOut']
export type FindingKind = Finding['kind']
export type FindingCount = components['schemas']['DataFindingCountOut']

export function listFindings(query: ListQuery): Promise<Page<Finding>> {
  return take(client.GET('/api/v1/data-quality/findings', { params: { query } }))
}

export const exportFindings = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/data-quality/findings', query)

/** Every kind in the desk's order. */
export function countFindings(): Promise<FindingCount[]> {
  return take(client.GET('/api/v1/data-quality/counts'))
}

/** Ask whoever is to mend a finding; the answer names who was asked. */
export function askOwner(id: string, reason: string): Promise<components['schemas']['AskedOut']> {
  const header = { 'Idempotency-Key': idempotencyKey() }
  return take(client.POST('/api/v1/data-quality/findings/{finding_id}/ask', { params: { path: { finding_id: id }, header }, body: { reason } }))
}
