/** The doors: how gateways fare, and what was set aside because it could not be taken. */
import { client, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { Adoption, Device, Gateway, GatewayDetail, ListQuery, Page, Property, Quarantined, QuarantinedDetail, Resending } from './types'

export type KeyIssued = components['schemas']['KeyIssued']
type KeyOwner = Pick<GatewayDetail, 'id' | 'version'>
type Seen = Pick<Quarantined, 'id' | 'version'>
const on = ({ id, version }: Seen) => ({ path: { message_id: id }, header: ifMatch(version) })

export function listGateways(query: ListQuery): Promise<Page<Gateway>> {
  return take(client.GET('/api/v1/sensing/gateways', { params: { query } }))
}

export const exportGateways = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/sensing/gateways', query)

export function readGateway(id: string): Promise<GatewayDetail> {
  return take(client.GET('/api/v1/sensing/gateways/{gateway_id}', { params: { path: { gateway_id: id } } }))
}

/** Make the next key beside the present one; it is told this once. */
export function issueKey({ id, version }: KeyOwner): Promise<KeyIssued> {
  return take(client.POST('/api/v1/sensing/gateways/{gateway_id}/key', { params: { path: { gateway_id: id }, header: ifMatch(version) } }))
}

/** Make the old key worthless; `evenIfUnused` although no message signed with the new one has come. */
export function finishKey({ id, version }: KeyOwner, evenIfUnused: boolean): Promise<GatewayDetail> {
  const params = { path: { gateway_id: id }, header: ifMatch(version) }
  return take(client.POST('/api/v1/sensing/gateways/{gateway_id}/key/finish', { params, body: { even_if_unused: evenIfUnused } }))
}

/** Forget the next key; the old one stays. */
export function withdrawKey({ id, version }: KeyOwner): Promise<GatewayDetail> {
  return take(client.POST('/api/v1/sensing/gateways/{gateway_id}/key/withdraw', { params: { path: { gateway_id: id }, header: ifMatch(version) } }))
}

/** The instruments of every gateway in reach. */
export function listAllDevices(query: ListQuery): Promise<Page<Device>> {
  return take(client.GET('/api/v1/sensing/devices', { params: { query } }))
}

export const exportDevices = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/sensing/devices', query)

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

type Schemas = components['schemas']
/** A new gateway with what it signs in and signs with; told this once. */
export type GatewayIssued = Schemas['GatewayIssued']

export function registerGateway(body: Schemas['GatewayIn']): Promise<GatewayIssued> {
  return take(client.POST('/api/v1/sensing/gateways', { body }))
}

/** Another name; out of use, or up again. */
export function changeGateway({ id, version }: KeyOwner, body: Schemas['GatewayPatch']): Promise<GatewayDetail> {
  return take(client.PATCH('/api/v1/sensing/gateways/{gateway_id}', { params: { path: { gateway_id: id }, header: ifMatch(version) }, body }))
}

export function registerDevice(body: Schemas['DeviceIn']): Promise<Schemas['MadeOut']> {
  return take(client.POST('/api/v1/sensing/devices', { body }))
}

export function changeDevice({ id, version }: Pick<Device, 'id' | 'version'>, body: Schemas['DevicePatch']): Promise<Device> {
  return take(client.PATCH('/api/v1/sensing/devices/{device_id}', { params: { path: { device_id: id }, header: ifMatch(version) }, body }))
}
