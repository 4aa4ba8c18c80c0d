/** What is wrong with the platform's own data. */
import { client, readSheet, take } from './client'
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
