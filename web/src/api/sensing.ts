/** What is measured: datastreams and their past, limits, suppressions. */
import { client, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type {
  Datastream,
  DatastreamRow,
  Limit,
  LimitChange,
  LimitFiling,
  ListQuery,
  Observations,
  Page,
  SubjectDatastreams,
  OutageFiling,
  Suppression,
  SuppressionFiling,
} from './types'

/** The datastreams of a subject and of what hangs below it, with limits and newest readings. */
export function readSubjectDatastreams(subjectId: string): Promise<SubjectDatastreams> {
  return take(client.GET('/api/v1/sensing/subjects/{subject_id}/datastreams', { params: { path: { subject_id: subjectId } } }))
}

export function readDatastream(id: string): Promise<Datastream> {
  return take(client.GET('/api/v1/sensing/datastreams/{datastream_id}', { params: { path: { datastream_id: id } } }))
}

export function listDatastreams(query: ListQuery): Promise<Page<DatastreamRow>> {
  return take(client.GET('/api/v1/sensing/datastreams', { params: { query } }))
}

export const exportDatastreams = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/sensing/datastreams', query)

export function listLimits(query: ListQuery): Promise<Page<Limit>> {
  return take(client.GET('/api/v1/sensing/limits', { params: { query } }))
}

export const exportLimits = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/sensing/limits', query)

/** File a limit of a kind that does not stand yet. */
export function fileLimit(body: LimitFiling): Promise<Limit> {
  return take(client.POST('/api/v1/sensing/limits', { body }))
}

/** Put another limit in the place of one that stands; refused when somebody else was faster. */
export function changeLimit({ id, version }: Pick<Limit, 'id' | 'version'>, body: LimitChange): Promise<Limit> {
  return take(client.PUT('/api/v1/sensing/limits/{limit_id}', { params: { path: { limit_id: id }, header: ifMatch(version) }, body }))
}

export function withdrawLimit({ id, version }: Pick<Limit, 'id' | 'version'>, reason: string): Promise<Limit> {
  const params = { path: { limit_id: id }, header: ifMatch(version) }
  return take(client.POST('/api/v1/sensing/limits/{limit_id}/withdraw', { params, body: { reason } }))
}

export function listSuppressions(query: ListQuery): Promise<Page<Suppression>> {
  return take(client.GET('/api/v1/sensing/suppressions', { params: { query } }))
}

export const exportSuppressions = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/sensing/suppressions', query)

export function fileSuppression(body: SuppressionFiling): Promise<Suppression> {
  return take(client.POST('/api/v1/sensing/suppressions', { body }))
}

/** Take a datastream out of service (停用); it stands in the list of suppressions. */
export function takeOutOfService(body: OutageFiling): Promise<Suppression> {
  return take(client.POST('/api/v1/sensing/outages', { body }))
}

/** End either kind before its time. */
export function endSuppression({ id, version, kind }: Pick<Suppression, 'id' | 'version' | 'kind'>): Promise<Suppression> {
  const params = { path: { suppression_id: id }, header: ifMatch(version) }
  if (kind === 'out_of_service') return take(client.POST('/api/v1/sensing/outages/{suppression_id}/end', { params }))
  return take(client.POST('/api/v1/sensing/suppressions/{suppression_id}/end', { params }))
}

export interface Span {
  fromMs: number
  toMs: number
  points: number
  /** As they were known then: without what came later. */
  knownByMs?: number | null
}

/** Readings of a span: raw, or buckets when there are more than `points`. */
export function readObservations(id: string, { fromMs, toMs, points, knownByMs = null }: Span, signal?: AbortSignal): Promise<Observations> {
  const query = { start: new Date(fromMs).toISOString(), end: new Date(toMs).toISOString(), points, ...(knownByMs === null ? {} : { as_of: new Date(knownByMs).toISOString() }) }
  return take(
    client.GET('/api/v1/sensing/datastreams/{datastream_id}/observations', {
      params: { path: { datastream_id: id }, query },
      ...(signal ? { signal } : {}),
    }),
  )
}

type SeenStream = Pick<Datastream, 'id' | 'version'>
const ofStream = ({ id, version }: SeenStream) => ({ path: { datastream_id: id }, header: ifMatch(version) })

export function registerDatastream(body: components['schemas']['DatastreamIn']): Promise<components['schemas']['MadeOut']> {
  return take(client.POST('/api/v1/sensing/datastreams', { body }))
}

/** Another name; what its readings mean stays. */
export function changeDatastream(seen: SeenStream, body: components['schemas']['DatastreamPatch']): Promise<Datastream> {
  return take(client.PATCH('/api/v1/sensing/datastreams/{datastream_id}', { params: ofStream(seen), body }))
}

/** Judge it no more; its number and its past stay its own. */
export function retireDatastream(seen: SeenStream): Promise<Datastream> {
  return take(client.POST('/api/v1/sensing/datastreams/{datastream_id}/retire', { params: ofStream(seen) }))
}

/** Take it up again, with the limits that stood on it. */
export function reinstateDatastream(seen: SeenStream): Promise<Datastream> {
  return take(client.POST('/api/v1/sensing/datastreams/{datastream_id}/reinstate', { params: ofStream(seen) }))
}
