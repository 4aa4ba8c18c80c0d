/**
 * Whose turn an alarm is, as the server says it of rows (anlan/kernel/alerts/turns.py): the live stream tells
 * everybody the same of an alarm, so what it brings is placed here. No Vue, no network.
 */
import type { Alarm, AlarmChoices, AlarmRight } from '@/api/types'

import { asideOf } from './alarm'

export type Clocks = Pick<AlarmChoices, 'clocks' | 'phone_s'>
export type Owner = 'firm' | 'bureau'

/** Until when each owner has to answer; null where nothing is awaited of it. */
export type Due = Readonly<Record<Owner, number | null>>

const NOTHING: Due = { firm: null, bureau: null }
/** Behind everything that has a deadline: the year 4000. */
const NO_DEADLINE_MS = 64_060_588_800_000

const earliest = (...moments: (number | null)[]): number | null => {
  const known = moments.filter((one) => one !== null)
  return known.length ? Math.min(...known) : null
}

export function dueOf(alarm: Alarm, { clocks, phone_s: phone }: Clocks): Due {
  const clock = clocks.find(({ priority }) => priority === alarm.priority)
  if (!clock) return NOTHING
  const raised = Date.parse(alarm.last_raised_at)
  const within = { new: clock.confirm_s, confirmed: clock.close_s, closed: null }[alarm.firm_state]
  const answerBy = within === null ? null : raised + within * 1000
  const listedBy = alarm.bureau_state === 'listed' ? raised + phone * 1000 : null
  if (alarm.site === null) return { firm: null, bureau: earliest(answerBy, listedBy) }
  const missedBy = alarm.bureau_state === 'none' && answerBy !== null ? answerBy + phone * 1000 : null
  return { firm: answerBy, bureau: missedBy ?? listedBy }
}

const answersForFirm = (may: readonly AlarmRight[]) => may.includes('confirm') || may.includes('close')

/** Whether it waits for somebody with these rights now: nothing that is set aside. */
export function isMine(alarm: Alarm, may: readonly AlarmRight[], given: Clocks, nowMs: number): boolean {
  if (asideOf(alarm, nowMs) !== null) return false
  if (alarm.site !== null && answersForFirm(may) && alarm.firm_state !== 'closed') return true
  if (!may.includes('check')) return false
  const { bureau } = dueOf(alarm, given)
  const isDueSoon = bureau !== null && (alarm.site === null || bureau <= nowMs + given.phone_s * 1000)
  return alarm.bureau_state === 'listed' || alarm.bureau_state === 'in_hand' || isDueSoon
}

/** What a row says of time: the deadline of who answers it here, else of the other one. */
export function shownDue(alarm: Alarm, may: readonly AlarmRight[], given: Clocks): { owner: Owner; at: number } | null {
  const due = dueOf(alarm, given)
  const owners: Owner[] = may.includes('check') ? ['bureau', 'firm'] : ['firm', 'bureau']
  const owner = owners.find((one) => due[one] !== null)
  return owner ? { owner, at: due[owner] as number } : null
}

/** The order of `sort=turn`: mine first, the longest overdue before all; then what is not mine, the newest first. */
export function turnOf(alarm: Alarm, may: readonly AlarmRight[], given: Clocks, nowMs: number): number {
  if (!isMine(alarm, may, given, nowMs)) return 2 * NO_DEADLINE_MS - Date.parse(alarm.raised_at)
  return dueOf(alarm, given)[answersForFirm(may) ? 'firm' : 'bureau'] ?? NO_DEADLINE_MS
}

/** Put what is new in its turn among what is held; held rows keep their places, whatever has happened to them. */
export function inTurn(held: readonly Alarm[], fresh: readonly Alarm[], turn: (alarm: Alarm) => number): Alarm[] {
  const items = [...held]
  for (const alarm of fresh) {
    const mine = turn(alarm)
    const at = items.findIndex((other) => turn(other) > mine)
    items.splice(at < 0 ? items.length : at, 0, alarm)
  }
  return items
}
