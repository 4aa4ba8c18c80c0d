/** Saved views: how I look at a page, under names of my own. */
import { client, take } from './client'
import type { SavedView } from './types'

export async function listViews(page: string): Promise<SavedView[]> {
  return (await take(client.GET('/api/v1/people/views', { params: { query: { page } } }))).items
}

export function keepView(body: Pick<SavedView, 'page' | 'name' | 'question'>): Promise<SavedView> {
  return take(client.PUT('/api/v1/people/views', { body }))
}

export async function letViewGo({ id, page }: SavedView): Promise<SavedView[]> {
  const left = await take(client.DELETE('/api/v1/people/views/{view_id}', { params: { path: { view_id: id } } }))
  return left.items.filter((one) => one.page === page)
}
