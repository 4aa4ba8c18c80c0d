/** Supervision (监管): which organisation is in charge of a firm's site in a matter, from when until when. */
import { client, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Schemas = components['schemas']
export type Supervision = Schemas['SupervisionRow']
export type FirmSite = Schemas['SiteOut']
type Seen = { id: string; version: number }

export function listSupervisions(query: ListQuery): Promise<Page<Supervision>> {
  return take(client.GET('/api/v1/people/supervisions', { params: { query } }))
}

export const exportSupervisions = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/people/supervisions', query)

export function listFirmSites(query: ListQuery): Promise<Page<FirmSite>> {
  return take(client.GET('/api/v1/people/sites', { params: { query } }))
}

/** Whether it is new; the same again changes nothing. */
export async function supervise(body: Schemas['SupervisionBody']): Promise<boolean> {
  return (await take(client.POST('/api/v1/people/supervisions', { body }))).is_new
}

export function endSupervision({ id, version }: Seen, reason: string, validTo: string): Promise<Supervision> {
  const params = { path: { supervision_id: id }, header: ifMatch(version) }
  return take(client.POST('/api/v1/people/supervisions/{supervision_id}/end', { params, body: { reason, valid_to: validTo || null } }))
}
