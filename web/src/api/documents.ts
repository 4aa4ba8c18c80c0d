/** Files with their label: filed at an object, taken as copies that say who took them, withdrawn. */
import { client, ifMatch, take } from './client'
import type { components } from './schema'
import type { Page } from './types'

export type Document = components['schemas']['DocumentOut']

/** A page of what is filed at an object, the newest first, also what was withdrawn. */
export function listDocuments(about: string, after?: string): Promise<Page<Document>> {
  const query = { filter: [`about.eq:${about}`], limit: 50, ...(after ? { after } : {}) }
  return take(client.GET('/api/v1/documents', { params: { query } }))
}

export interface Filing {
  file: File
  name: string
  sensitivity: number
  about: string
}

export function fileDocument({ file, name, sensitivity, about }: Filing): Promise<Document> {
  const body = { file: '', name, sensitivity, about }
  const bodySerializer = (): FormData => {
    const form = new FormData()
    form.append('file', file)
    form.append('name', name)
    form.append('sensitivity', String(sensitivity))
    form.append('about', about)
    return form
  }
  return take(client.POST('/api/v1/documents', { body, bodySerializer }))
}

/** A copy under the name that it leaves with: its label stands in it. */
export async function takeDocument(one: Document): Promise<{ content: Blob; name: string }> {
  const asked = client.GET('/api/v1/documents/{document_id}/content', { params: { path: { document_id: one.id } }, parseAs: 'blob' })
  const content = (await take(asked)) as Blob
  return { content, name: nameIn((await asked).response.headers.get('Content-Disposition')) ?? one.name }
}

/** The file's name in a `Content-Disposition` (RFC 6266): the extended one where there is one. */
export function nameIn(disposition: string | null): string | undefined {
  const extended = /filename\*=utf-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  return extended ? decodeURIComponent(extended) : /filename="([^"]+)"/i.exec(disposition ?? '')?.[1]
}

export function withdrawDocument(one: Document): Promise<Document> {
  return take(client.POST('/api/v1/documents/{document_id}/withdraw', { params: { path: { document_id: one.id }, header: ifMatch(one.version) } }))
}
