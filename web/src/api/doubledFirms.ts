/** Firms entered twice: what may be one firm, what was made one, and the way back. */
import { client, idempotencyKey, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Schemas = components['schemas']
export type DoubledGroup = Schemas['DoubledGroupOut']
export type DoubledFirm = Schemas['DoubledFirmOut']
export type DoubledPair = Schemas['DoubledPairOut']
export type Merge = Schemas['MergeOut']

/** What may be one firm, the surest first. */
export async function listDoubled(): Promise<DoubledGroup[]> {
  return (await take(client.GET('/api/v1/data-quality/doubled-firms'))).items
}

export function listMerges(query: ListQuery): Promise<Page<Merge>> {
  return take(client.GET('/api/v1/data-quality/merges', { params: { query } }))
}

export const exportMerges = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/data-quality/merges', query)

/** Keep one entry; the others become other names of it. All of them, or none. */
export async function mergeFirms(kept: string, merged: string[], reason: string): Promise<Merge[]> {
  const header = { 'Idempotency-Key': idempotencyKey() }
  return (await take(client.POST('/api/v1/data-quality/merges', { params: { header }, body: { kept_id: kept, merged_ids: merged, reason } }))).items
}

export function undoMerge({ id, version }: Pick<Merge, 'id' | 'version'>, reason: string): Promise<Merge> {
  return take(client.POST('/api/v1/data-quality/merges/{merge_id}/undo', { params: { path: { merge_id: id }, header: ifMatch(version) }, body: { reason } }))
}

/** Two entries that are two firms: they are not shown as one again. */
export async function tellApart(first: string, second: string, reason: string): Promise<void> {
  const header = { 'Idempotency-Key': idempotencyKey() }
  await take(client.POST('/api/v1/data-quality/firms-apart', { params: { header }, body: { first_id: first, second_id: second, reason } }))
}
