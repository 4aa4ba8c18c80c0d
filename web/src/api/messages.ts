/** What leaves the house, how I am told, and what a demo's receivers see. */
import { client, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

export type Channel = components['schemas']['ChannelOut']
export type Dispatch = components['schemas']['DispatchOut']
export type Wishes = components['schemas']['WishesOut']
export type Received = components['schemas']['ReceivedOut']

export async function listChannels(): Promise<Channel[]> {
  return (await take(client.GET('/api/v1/messaging/channels'))).items
}

export function listDispatches(query: ListQuery): Promise<Page<Dispatch>> {
  return take(client.GET('/api/v1/messaging/dispatches', { params: { query } }))
}

export const exportDispatches = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/messaging/dispatches', query)

const onDispatch = ({ id, version }: Dispatch) => ({ path: { dispatch_id: id }, header: ifMatch(version) })

export function sendAgain(dispatch: Dispatch, reason: string): Promise<Dispatch> {
  return take(client.POST('/api/v1/messaging/dispatches/{dispatch_id}/again', { params: onDispatch(dispatch), body: { reason } }))
}

export function giveUp(dispatch: Dispatch, reason: string): Promise<Dispatch> {
  return take(client.POST('/api/v1/messaging/dispatches/{dispatch_id}/give-up', { params: onDispatch(dispatch), body: { reason } }))
}

export function readWishes(): Promise<Wishes> {
  return take(client.GET('/api/v1/messaging/wishes'))
}

export function keepWishes(body: components['schemas']['WishesBody']): Promise<Wishes> {
  return take(client.PUT('/api/v1/messaging/wishes', { body }))
}

export function keepMail(mail: string): Promise<Wishes> {
  return take(client.PUT('/api/v1/messaging/wishes/mail', { body: { mail } }))
}

export function testMyChannels(): Promise<Wishes> {
  return take(client.POST('/api/v1/messaging/wishes/test'))
}

export async function listReceived(): Promise<Received[]> {
  return (await take(client.GET('/api/v1/demo/received'))).items
}
