/** Alarms: lists, the colours of the map, and the acts of firm and bureau. */
import { client, ifMatch, readSheet, take } from './client'
import type { Alarm, AlarmChoices, AlarmStates, ListQuery, Page } from './types'

/** Which alarm, and which version of it was looked at: who has not seen a change looks first (412). */
export type Seen = Pick<Alarm, 'id' | 'version'>

const at = (id: string) => ({ path: { alarm_id: id } })
const on = ({ id, version }: Seen) => ({ params: { ...at(id), header: ifMatch(version) } })

export function listAlarms(query: ListQuery): Promise<Page<Alarm>> {
  return take(client.GET('/api/v1/alerts/alarms', { params: { query } }))
}

export function readAlarm(id: string): Promise<Alarm> {
  return take(client.GET('/api/v1/alerts/alarms/{alarm_id}', { params: at(id) }))
}

export function readAlarmStates(): Promise<AlarmStates> {
  return take(client.GET('/api/v1/alerts/states'))
}

/** What is active or not closed by its firm: what a desk and a map hold. */
export function listOpenAlarms(query: ListQuery): Promise<Page<Alarm>> {
  return take(client.GET('/api/v1/alerts/alarms/open', { params: { query } }))
}

/** The causes and outcomes that the forms offer, as codes with their Chinese titles. */
export function readAlarmChoices(): Promise<AlarmChoices> {
  return take(client.GET('/api/v1/alerts/choices'))
}

/** The list as a workbook; open ones or all, as on the screen. */
export function exportAlarms(query: ListQuery, isOpenOnly: boolean): Promise<Blob> {
  return readSheet(isOpenOnly ? '/api/v1/alerts/alarms/open' : '/api/v1/alerts/alarms', query)
}

export function confirmAlarm(seen: Seen): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/confirm', on(seen)))
}

export function checkAlarm(seen: Seen, body: { outcome: string; note: string }): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/check', { ...on(seen), body }))
}

export interface Disposition {
  cause: string
  measure: string
  evidence: string
  is_false: boolean
}

export function closeAlarm(seen: Seen, body: Disposition): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/close', { ...on(seen), body }))
}

export function shelveAlarm(seen: Seen, body: { until: string; reason: string }): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/shelve', { ...on(seen), body }))
}

export function unshelveAlarm(seen: Seen): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/unshelve', on(seen)))
}
