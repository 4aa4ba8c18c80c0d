/** Alarms: lists, the colours of the map, and the acts of firm and bureau. */
import { client, readSheet, take } from './client'
import type { Alarm, AlarmChoices, AlarmStates, ListQuery, Page } from './types'

const at = (id: string) => ({ path: { alarm_id: id } })

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

export function confirmAlarm(id: string): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/confirm', { params: at(id) }))
}

export function checkAlarm(id: string, body: { outcome: string; note: string }): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/check', { params: at(id), body }))
}

export interface Disposition {
  cause: string
  measure: string
  evidence: string
  is_false: boolean
}

export function closeAlarm(id: string, body: Disposition): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/close', { params: at(id), body }))
}

export function shelveAlarm(id: string, body: { until: string; reason: string }): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/shelve', { params: at(id), body }))
}

export function unshelveAlarm(id: string): Promise<Alarm> {
  return take(client.POST('/api/v1/alerts/alarms/{alarm_id}/unshelve', { params: at(id) }))
}
