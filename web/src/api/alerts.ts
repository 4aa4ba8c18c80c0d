/** Alarms: lists, the colours of the map, and the acts of firm and bureau. */
import { client, ifMatch, readSheet, take, UNATTENDED } from './client'
import type { Alarm, AlarmChoices, AlarmDay, AlarmStates, LateAlarms, ListQuery, Page, Remark, Reporting, SeriousFirms } from './types'

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
  return take(client.GET('/api/v1/alerts/states', UNATTENDED))
}

/** Alarms open at a moment as they were known then, and all that was known later up to another. */
export async function readReplay(from: Date, to: Date): Promise<{ open: Alarm[]; changes: { at: number; state: Alarm }[] }> {
  const ask = (start: string) => take(client.GET('/api/v1/alerts/replay', { params: { query: { start, end: to.toISOString() } } }))
  const first = await ask(from.toISOString())
  const changes = [...first.changes]
  for (let next = first.next; next; ) {
    const page = await ask(next)
    changes.push(...page.changes)
    next = page.next
  }
  // The journal holds whole states as the API had them then (events.AlarmState).
  return {
    open: first.open as unknown as Alarm[],
    changes: changes.map(({ known_at, state }) => ({ at: Date.parse(known_at), state: state as unknown as Alarm })),
  }
}

/** The last 24 hours, hour by hour. */
export function readAlarmDay(): Promise<AlarmDay> {
  return take(client.GET('/api/v1/alerts/day', UNATTENDED))
}

/** Firms with an open red or orange alarm. */
export function readSeriousFirms(): Promise<SeriousFirms> {
  return take(client.GET('/api/v1/alerts/firms', UNATTENDED))
}

/** Open alarms whose owner is late, by owner. */
export function readLateAlarms(): Promise<LateAlarms> {
  return take(client.GET('/api/v1/alerts/late', UNATTENDED))
}

/** How many datastreams and gateways report. */
export function readReporting(): Promise<Reporting> {
  return take(client.GET('/api/v1/alerts/reporting', UNATTENDED))
}

/** What is active or not closed by its firm: what a desk and a map hold. */
export function listOpenAlarms(query: ListQuery): Promise<Page<Alarm>> {
  return take(client.GET('/api/v1/alerts/alarms/open', { params: { query } }))
}

/** What this person has to do himself now. */
export function listMyAlarms(query: ListQuery): Promise<Page<Alarm>> {
  return take(client.GET('/api/v1/alerts/alarms/mine', { params: { query } }))
}

/** How many alarms wait for this person, and how many of them are late. */
export function countMyAlarms(): Promise<{ count: number; late: number }> {
  return take(client.GET('/api/v1/alerts/mine'))
}

/** The causes and outcomes that the forms offer, as codes with their Chinese titles. */
export function readAlarmChoices(): Promise<AlarmChoices> {
  return take(client.GET('/api/v1/alerts/choices'))
}

const SHEETS = { mine: '/api/v1/alerts/alarms/mine', open: '/api/v1/alerts/alarms/open', all: '/api/v1/alerts/alarms' } as const

/** The list as a workbook: mine, open ones or all, as on the screen. */
export function exportAlarms(query: ListQuery, which: keyof typeof SHEETS): Promise<Blob> {
  return readSheet(SHEETS[which], query)
}

/** What was noted at one alarm, the newest first. */
export function listRemarks(alarmId: string): Promise<Page<Remark>> {
  return take(client.GET('/api/v1/alerts/remarks', { params: { query: { filter: [`alarm_id.eq:${alarmId}`] } } }))
}

export function writeRemark(alarmId: string, text: string): Promise<Remark> {
  return take(client.POST('/api/v1/alerts/remarks', { body: { alarm_id: alarmId, text } }))
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
