/** What is watched: monitored subjects and their places on the map. */
import type { FeatureCollection } from 'geojson'

import { client, readSheet, take } from './client'
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

export async function readSubjectsOnMap(): Promise<FeatureCollection> {
  return (await take(client.GET('/api/v1/subjects/points.geojson'))) as unknown as FeatureCollection
}

export function listKinds(query: ListQuery): Promise<Page<SubjectKind>> {
  return take(client.GET('/api/v1/subjects/kinds', { params: { query } }))
}

export const exportKinds = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/subjects/kinds', query)
