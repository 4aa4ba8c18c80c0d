/** The doors: how gateways fare, and what was set aside because it could not be taken. */
import { client, ifMatch, readSheet, take } from './client'
import type { Adoption, Device, Gateway, GatewayDetail, ListQuery, Page, Property, Quarantined, QuarantinedDetail, Resending } from './types'

type Seen = Pick<Quarantined, 'id' | 'version'>
const on = ({ id, version }: Seen) => ({ path: { message_id: id }, header: ifMatch(version) })

export function listGateways(query: ListQuery): Promise<Page<Gateway>> {
  return take(client.GET('/api/v1/sensing/gateways', { params: { query } }))
}

export const exportGateways = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/sensing/gateways', query)

export function readGateway(id: string): Promise<GatewayDetail> {
  return take(client.GET('/api/v1/sensing/gateways/{gateway_id}', { params: { path: { gateway_id: id } } }))
}

/** The instruments behind a gateway. */
export async function listDevices(gatewayId: string): Promise<Device[]> {
  const query = { filter: [`gateway_id.eq:${gatewayId}`], limit: 500 }
  return (await take(client.GET('/api/v1/sensing/devices', { params: { query } }))).items
}

export async function listProperties(): Promise<Property[]> {
  return (await take(client.GET('/api/v1/sensing/properties', { params: { query: { limit: 500 } } }))).items
}

export function listQuarantine(query: ListQuery): Promise<Page<Quarantined>> {
  return take(client.GET('/api/v1/sensing/quarantine', { params: { query } }))
}

export const exportQuarantine = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/sensing/quarantine', query)

export function readQuarantined(id: string): Promise<QuarantinedDetail> {
  return take(client.GET('/api/v1/sensing/quarantine/{message_id}', { params: { path: { message_id: id } } }))
}

/** Send it through the real door again, as it came or mended; the answer of the door follows. */
export function resendQuarantined(seen: Seen, body: Resending): Promise<QuarantinedDetail> {
  return take(client.POST('/api/v1/sensing/quarantine/{message_id}/resend', { params: on(seen), body }))
}

export function discardQuarantined(seen: Seen, reason: string): Promise<QuarantinedDetail> {
  return take(client.POST('/api/v1/sensing/quarantine/{message_id}/discard', { params: on(seen), body: { reason } }))
}

/** Register an unknown tag; everything that waits for it is sent again. */
export function adoptTag(seen: Seen, body: Adoption): Promise<{ resending: number; message: QuarantinedDetail }> {
  return take(client.POST('/api/v1/sensing/quarantine/{message_id}/adopt', { params: on(seen), body }))
}
