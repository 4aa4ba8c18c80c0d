/** What is watched: monitored subjects and their places on the map. */
import type { FeatureCollection } from 'geojson'

import { client, take } from './client'
import type { ListQuery, Page, Subject, SubjectDetail } from './types'

export function listSubjects(query: ListQuery): Promise<Page<Subject>> {
  return take(client.GET('/api/v1/subjects', { params: { query } }))
}

export function readSubject(id: string): Promise<SubjectDetail> {
  return take(client.GET('/api/v1/subjects/{subject_id}', { params: { path: { subject_id: id } } }))
}

export async function readSubjectsOnMap(): Promise<FeatureCollection> {
  return (await take(client.GET('/api/v1/subjects/points.geojson'))) as unknown as FeatureCollection
}
