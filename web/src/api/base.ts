/** What every page rests on: the registry, health, journal, messages, the ticket of the live stream. */
import type { components } from './schema'
import { client, ifMatch, readSheet, take } from './client'
import type { DeadLetter, Health, JournalRow, ListQuery, Message, Page, Registry, Seal, Verified } from './types'

/** What slices contribute, as far as our posts may see it. */
export async function readRegistry(): Promise<Registry> {
  return (await take(client.GET('/api/v1/registry'))) as unknown as Registry
}

export function readHealth(): Promise<Health> {
  return take(client.GET('/api/v1/health'))
}

export function listJournal(query: ListQuery): Promise<Page<JournalRow>> {
  return take(client.GET('/api/v1/audit/journal', { params: { query } }))
}

/** Every version of one object that we reach, oldest first. */
export async function readHistory(id: string): Promise<JournalRow[]> {
  return (await take(client.GET('/api/v1/audit/history/{object_id}', { params: { path: { object_id: id } } }))).items
}

export const exportJournal = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/audit/journal', query)

export type Printed = components['schemas']['PrintBody']

/** Tell the journal of a print; the request outlives the page that is closed after printing. */
export function recordPrint(printed: Printed, key: string): Promise<unknown> {
  const params = { header: { 'Idempotency-Key': key } }
  return take(client.POST('/api/v1/audit/prints', { params, body: printed, keepalive: true }))
}

/** Compute a stretch of the sealed chain again; `next_after` says where to go on. */
export function verifyJournal(after: number): Promise<Verified> {
  return take(client.POST('/api/v1/audit/verify', { body: { after, limit: VERIFIED_AT_ONCE } }))
}
const VERIFIED_AT_ONCE = 20_000

export function listSeals(query: ListQuery): Promise<Page<Seal>> {
  return take(client.GET('/api/v1/audit/seals', { params: { query } }))
}

export function listMessages(query: ListQuery): Promise<Page<Message>> {
  return take(client.GET('/api/v1/messaging/messages', { params: { query } }))
}

export const exportMessages = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/messaging/messages', query)

export async function countUnread(): Promise<number> {
  return (await take(client.GET('/api/v1/messaging/unread'))).unread
}

export function markMessageRead(id: string): Promise<unknown> {
  return take(client.POST('/api/v1/messaging/messages/{message_id}/read', { params: { path: { message_id: id } } }))
}

export function listDeadLetters(query: ListQuery): Promise<Page<DeadLetter>> {
  return take(client.GET('/api/v1/operations/dead-letters', { params: { query } }))
}

export const exportDeadLetters = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/operations/dead-letters', query)

const onLetter = ({ id, version }: Pick<DeadLetter, 'id' | 'version'>) => ({ path: { letter_id: id }, header: ifMatch(version) })

/** Have the event handed to its slice once more. */
export function retryDeadLetter(letter: DeadLetter): Promise<DeadLetter> {
  return take(client.POST('/api/v1/operations/dead-letters/{letter_id}/retry', { params: onLetter(letter) }))
}

export function discardDeadLetter(letter: DeadLetter, reason: string): Promise<DeadLetter> {
  return take(client.POST('/api/v1/operations/dead-letters/{letter_id}/discard', { params: onLetter(letter), body: { reason } }))
}
