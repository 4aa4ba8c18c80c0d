/** What every page rests on: the registry, health, journal, messages, the ticket of the live stream. */
import { client, take } from './client'
import type { Health, JournalRow, ListQuery, Message, Page, Registry, Seal } from './types'

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

export function listSeals(query: ListQuery): Promise<Page<Seal>> {
  return take(client.GET('/api/v1/audit/seals', { params: { query } }))
}

export function listMessages(query: ListQuery): Promise<Page<Message>> {
  return take(client.GET('/api/v1/messaging/messages', { params: { query } }))
}

export function markMessageRead(id: string): Promise<unknown> {
  return take(client.POST('/api/v1/messaging/messages/{message_id}/read', { params: { path: { message_id: id } } }))
}
