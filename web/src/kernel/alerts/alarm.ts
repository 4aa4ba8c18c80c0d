/** What an alarm is to people here: its owners, its states, what may be done next. No Vue, no network. */
import type { Alarm, AlarmRight } from '@/api/types'
import { isPriority, type Priority } from '@/ui/levels'
import type { Tone } from '@/ui/tone'

export const CONDITIONS = ['HH', 'H', 'L', 'LL', 'rate', 'range', 'frozen', 'silent', 'gateway', 'device'] as const

export function isOpen(alarm: Alarm): boolean {
  return alarm.instrument_state === 'active' || alarm.firm_state !== 'closed'
}

/** A row that stands for alarms with one cause (7.19). */
export function isGroup(alarm: Pick<Alarm, 'datastream_id'>): boolean {
  return alarm.datastream_id === ''
}

/** A member of a group that is still open: the group's row stands for it. */
export function isInOpenGroup(alarm: Alarm, groupOf: (id: string) => Alarm | undefined): boolean {
  const group = alarm.parent_id === null ? undefined : groupOf(alarm.parent_id)
  return group !== undefined && isOpen(group)
}

/** A point's own name where its subject stands beside it: many are named after what they are at. */
export function withoutSubject(point: string, subject: string): string {
  if (!subject || !point.startsWith(subject) || /^[0-9A-Za-z]/.test(point.slice(subject.length))) return point
  return point.slice(subject.length).replace(/^[\s,，]+/, '') || point
}

export function priorityOf(alarm: Pick<Alarm, 'priority'>): Priority {
  return isPriority(alarm.priority) ? alarm.priority : 4
}

export function instrumentTone(alarm: Alarm): Tone {
  return alarm.instrument_state === 'active' ? 'attention' : 'done'
}

export function firmTone(alarm: Alarm): Tone {
  return ({ new: 'attention', confirmed: 'going', closed: 'done' } as const)[alarm.firm_state]
}

export function bureauTone(alarm: Alarm): Tone {
  return ({ none: 'none', listed: 'attention', in_hand: 'going', closed: 'done' } as const)[alarm.bureau_state]
}

export type Act = 'confirm' | 'close' | 'check' | 'shelve' | 'unshelve'

export interface Offer {
  act: Act
  /** i18n key of why it cannot be done yet; empty when it can. */
  blocked: string
}

const NEEDS: Readonly<Record<Act, AlarmRight>> = {
  confirm: 'confirm',
  close: 'close',
  check: 'check',
  shelve: 'shelve',
  unshelve: 'shelve',
}

export type Aside = 'outOfService' | 'suppressed' | 'shelved'

/** Why an alarm reminds nobody now; of several flags the strongest (ISA-18.2, as the engine orders them). */
export function asideOf(alarm: Alarm, nowMs: number): Aside | null {
  if (alarm.out_of_service) return 'outOfService'
  if (alarm.suppressed_by !== null) return 'suppressed'
  return isShelved(alarm, nowMs) ? 'shelved' : null
}

function isShelved(alarm: Alarm, nowMs: number): boolean {
  return alarm.shelved_until !== null && Date.parse(alarm.shelved_until) > nowMs
}

function closeBlock(alarm: Alarm): string {
  if (alarm.instrument_state === 'active') return 'alerts.blocked.stillActive'
  return alarm.firm_state === 'new' ? 'alerts.blocked.notConfirmed' : ''
}

/** What this person may do with an alarm now, in the order of the work; the server decides again. */
export function offers(alarm: Alarm, may: readonly AlarmRight[], nowMs: number): Offer[] {
  const possible: Offer[] = []
  if (alarm.firm_state === 'new') possible.push({ act: 'confirm', blocked: '' })
  if (alarm.firm_state !== 'closed') possible.push({ act: 'close', blocked: closeBlock(alarm) })
  if (alarm.bureau_state !== 'closed') possible.push({ act: 'check', blocked: '' })
  if (isOpen(alarm)) possible.push({ act: isShelved(alarm, nowMs) ? 'unshelve' : 'shelve', blocked: '' })
  return possible.filter(({ act }) => may.includes(NEEDS[act]))
}

/** The worst first, then what nobody has answered, then the newest. */
export function byUrgency(a: Alarm, b: Alarm): number {
  return (
    a.priority - b.priority ||
    Number(a.firm_state !== 'new') - Number(b.firm_state !== 'new') ||
    Date.parse(b.last_raised_at) - Date.parse(a.last_raised_at)
  )
}

/** The newest first. Each time is read once: a storm of thousands would read hundreds of thousands while it is sorted. */
export function newestFirst(alarms: readonly Alarm[]): Alarm[] {
  return alarms
    .map((alarm) => ({ alarm, at: Date.parse(alarm.last_raised_at) }))
    .sort((a, b) => b.at - a.at || (a.alarm.id < b.alarm.id ? 1 : -1))
    .map(({ alarm }) => alarm)
}
