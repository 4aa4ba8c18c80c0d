/** What is measured: datastreams, their past, the gateways that send it. */
import { client, take } from './client'
import type { Gateway, ListQuery, Observations, Page, SubjectDatastreams } from './types'

/** The datastreams of a subject and of what hangs below it, with limits and newest readings. */
export function readSubjectDatastreams(subjectId: string): Promise<SubjectDatastreams> {
  return take(client.GET('/api/v1/sensing/subjects/{subject_id}/datastreams', { params: { path: { subject_id: subjectId } } }))
}

export interface Span {
  fromMs: number
  toMs: number
  points: number
}

/** Readings of a span: raw, or buckets when there are more than `points`. */
export function readObservations(id: string, { fromMs, toMs, points }: Span, signal?: AbortSignal): Promise<Observations> {
  const query = { start: new Date(fromMs).toISOString(), end: new Date(toMs).toISOString(), points }
  return take(
    client.GET('/api/v1/sensing/datastreams/{datastream_id}/observations', {
      params: { path: { datastream_id: id }, query },
      ...(signal ? { signal } : {}),
    }),
  )
}

export function listGateways(query: ListQuery): Promise<Page<Gateway>> {
  return take(client.GET('/api/v1/sensing/gateways', { params: { query } }))
}
