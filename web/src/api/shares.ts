/** Shares (共享): a territory that another organisation may look at, by name and for a time. */
import { client, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Schemas = components['schemas']
export type Share = Schemas['ShareOut']
type Seen = { id: string; version: number }
const onShare = ({ id, version }: Seen) => ({ path: { share_id: id }, header: ifMatch(version) })

export function listShares(query: ListQuery): Promise<Page<Share>> {
  return take(client.GET('/api/v1/people/shares', { params: { query } }))
}

export const exportShares = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/people/shares', query)

/** It gives nothing before somebody else of the giver's side has approved it. */
export function askShare(body: Schemas['ShareBody']): Promise<Share> {
  return take(client.POST('/api/v1/people/shares', { body }))
}

export function approveShare(seen: Seen): Promise<Share> {
  return take(client.POST('/api/v1/people/shares/{share_id}/approve', { params: onShare(seen) }))
}

export function endShare(seen: Seen, reason: string): Promise<Share> {
  return take(client.POST('/api/v1/people/shares/{share_id}/end', { params: onShare(seen), body: { reason } }))
}
