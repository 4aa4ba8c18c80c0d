/** What is watched: monitored subjects and their places on the map. */
import type { FeatureCollection } from 'geojson'

import { client, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page, Subject, SubjectDetail, SubjectKind } from './types'

export function listSubjects(query: ListQuery): Promise<Page<Subject>> {
  return take(client.GET('/api/v1/subjects', { params: { query } }))
}

export const exportSubjects = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/subjects', query)

export async function listSubjectKinds(): Promise<SubjectKind[]> {
  return (await take(client.GET('/api/v1/subjects/kinds', { params: { query: { limit: 200 } } }))).items
}

export function readSubject(id: string): Promise<SubjectDetail> {
  return take(client.GET('/api/v1/subjects/{subject_id}', { params: { path: { subject_id: id } } }))
}

export type Responsible = components['schemas']['ResponsibleOut']
export function readResponsible(id: string): Promise<Responsible> {
  return take(client.GET('/api/v1/subjects/{subject_id}/responsible', { params: { path: { subject_id: id } } }))
}

export async function readSubjectsOnMap(): Promise<FeatureCollection> {
  return (await take(client.GET('/api/v1/subjects/points.geojson'))) as unknown as FeatureCollection
}

export function listKinds(query: ListQuery): Promise<Page<SubjectKind>> {
  return take(client.GET('/api/v1/subjects/kinds', { params: { query } }))
}

export const exportKinds = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/subjects/kinds', query)

/** One version of a kind's schema as it was filed. */
export type KindVersion = components['schemas']['KindVersionOut']
export type KindSchema = components['schemas']['KindSchemaBody']['schema']
/** How many rows were looked at, how many do not fit, and the first of those. */
export type Misfits = components['schemas']['MisfitsOut']
type Seen = { id: string; version: number }

export async function listKindVersions(kindId: string): Promise<KindVersion[]> {
  const query = { filter: [`kind_id.eq:${kindId}`], limit: 100 }
  return (await take(client.GET('/api/v1/subjects/kind-versions', { params: { query } }))).items
}

export function registerKind(body: components['schemas']['KindBody']): Promise<unknown> {
  return take(client.POST('/api/v1/subjects/kinds', { body }))
}

export function checkKind(kindId: string, schema: KindSchema): Promise<Misfits> {
  return take(client.POST('/api/v1/subjects/kinds/{kind_id}/check', { params: { path: { kind_id: kindId } }, body: { schema } }))
}

export function fileKindVersion({ id, version }: Seen, schema: KindSchema, reason: string): Promise<unknown> {
  return take(client.POST('/api/v1/subjects/kinds/{kind_id}/versions', { params: { path: { kind_id: id }, header: ifMatch(version) }, body: { schema, reason } }))
}

/** Something that hangs below another subject. */
export function registerSubject(body: components['schemas']['SubjectIn']): Promise<SubjectDetail> {
  return take(client.POST('/api/v1/subjects', { body }))
}

/** A firm's own site; who supervises it is said by the security administrator. */
export function registerSite(body: components['schemas']['SiteIn']): Promise<SubjectDetail> {
  return take(client.POST('/api/v1/subjects/sites', { body }))
}

export function changeSubject({ id, version }: Seen, body: components['schemas']['SubjectPatch']): Promise<SubjectDetail> {
  return take(client.PATCH('/api/v1/subjects/{subject_id}', { params: { path: { subject_id: id }, header: ifMatch(version) }, body }))
}
