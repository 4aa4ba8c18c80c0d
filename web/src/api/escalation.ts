/** Escalations: alarms that nobody answered in time, and the calls about them. */
import { client, idempotencyKey, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Shapes = components['schemas']
export type Escalation = Shapes['EscalationOut']
export type EscalationDetail = Shapes['EscalationDetail']
export type Ladder = Shapes['LadderOut']
export type Call = Shapes['CallOut']
export type CallBody = Shapes['CallIn']

export function listEscalations(query: ListQuery): Promise<Page<Escalation>> {
  return take(client.GET('/api/v1/escalation/escalations', { params: { query } }))
}

export const exportEscalations = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/escalation/escalations', query)

export function readEscalation(id: string): Promise<EscalationDetail> {
  return take(client.GET('/api/v1/escalation/escalations/{escalation_id}', { params: { path: { escalation_id: id } } }))
}

export function readLadder(): Promise<Ladder> {
  return take(client.GET('/api/v1/escalation/ladder'))
}

export async function listCalls(escalationId: string): Promise<Call[]> {
  const query = { filter: [`escalation_id.eq:${escalationId}`], limit: 200 }
  return (await take(client.GET('/api/v1/escalation/calls', { params: { query } }))).items
}

export function recordCall(escalationId: string, body: CallBody): Promise<Call> {
  return take(client.POST('/api/v1/escalation/escalations/{escalation_id}/calls', { params: { path: { escalation_id: escalationId }, header: { 'Idempotency-Key': idempotencyKey() } }, body }))
}
