/** Rates as shares of counts, the rows that each was counted from, and the days of a period. No Vue, no network. */
import type { LocationQueryRaw, RouteLocationRaw } from 'vue-router'

import type { DeskCounts, PeriodKind, Span } from '@/api/desk'
import { rateOf as shareOf } from '@/kernel/alerts/rate'

export type RateName = 'online' | 'confirmed_in_time' | 'closed_in_time' | 'false_alarm' | 'accepted'
export const RATES: readonly RateName[] = ['online', 'confirmed_in_time', 'closed_in_time', 'false_alarm', 'accepted']

type Pair = readonly [top: keyof DeskCounts, bottom: keyof DeskCounts]
const PAIRS: Readonly<Record<RateName, Pair>> = {
  online: ['online_s', 'due_s'],
  confirmed_in_time: ['confirmed_in_time', 'confirm_due'],
  closed_in_time: ['closed_in_time', 'close_due'],
  false_alarm: ['false_alarms', 'closed'],
  accepted: ['accepted', 'received'],
}
/** By which flag of a row the rows of a count are found. */
const FLAGS: Readonly<Partial<Record<keyof DeskCounts, string>>> = {
  confirm_due: 'is_confirm_due',
  confirmed_in_time: 'is_confirmed_in_time',
  confirm_overdue: 'is_confirm_overdue',
  close_due: 'is_close_due',
  closed_in_time: 'is_closed_in_time',
  close_overdue: 'is_close_overdue',
  closed: 'is_closed',
  false_alarms: 'is_false_alarm',
  bureau_due: 'is_bureau_due',
  bureau_overdue: 'is_bureau_overdue',
}
const LEVELS: readonly (keyof DeskCounts)[] = ['red', 'orange', 'yellow', 'blue']
const HOUR_S = 3600

export function partsOf(counts: DeskCounts, name: RateName): { top: number; bottom: number } {
  const [top, bottom] = PAIRS[name]
  return { top: counts[top], bottom: counts[bottom] }
}

export function rateOf(counts: DeskCounts, name: RateName): number | null {
  const { top, bottom } = partsOf(counts, name)
  return bottom ? top / bottom : null
}

/** A share as it is written everywhere. */
export const percent = (share: number | null): string => (share === null ? '—' : shareOf(share, 1))

/** Counts as they stand; the two of being online in hours of datastreams. */
export function partText(name: RateName, value: number): string {
  return name === 'online' ? (value / HOUR_S).toLocaleString('en', { maximumFractionDigits: 1 }) : value.toLocaleString('en')
}

export const spanQuery = ({ start, end, as_of }: Span): LocationQueryRaw => ({ start, end, as_of })

/** Where the rows of a count stand: the same question asked as a list. */
export function rowsOf(count: keyof DeskCounts, span: Span, site?: string | null): RouteLocationRaw {
  const at = site ? { site } : {}
  if (count === 'online_s' || count === 'due_s') return { path: '/statistics/silences', query: { ...spanQuery(span), ...at } }
  if (count === 'received' || count === 'accepted') return { path: '/gateways' }
  if (count === 'quarantined') return { path: '/quarantine' }
  const level = LEVELS.indexOf(count)
  const asked = level >= 0 ? { level: String(level + 1) } : count === 'bad_values' ? { kind: 'frozen,range' } : FLAGS[count] ? { flag: FLAGS[count] } : {}
  return { path: '/statistics/alarms', query: { ...spanQuery(span), ...asked, ...at } }
}

export const topOf = (name: RateName): keyof DeskCounts => PAIRS[name][0]
export const bottomOf = (name: RateName): keyof DeskCounts => PAIRS[name][1]

const DAY_MS = 86_400_000
/** Today as people here count days. */
export const today = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)

/** A day of the period before or behind. */
export function stepped(kind: PeriodKind, day: string, by: 1 | -1): string {
  const at = new Date(`${day}T00:00:00Z`)
  if (kind === 'week') return new Date(at.getTime() + by * 7 * DAY_MS).toISOString().slice(0, 10)
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + by, 1)).toISOString().slice(0, 10)
}

/** The last day that lies in a period whose end is its first moment without. */
export const lastDay = (end: string): string => today(Date.parse(end) - DAY_MS)
export const firstDay = (start: string): string => today(Date.parse(start))

export type SortKey = 'standing' | 'name' | 'alarms' | 'overdue' | RateName
export const overdueOf = (one: DeskCounts): number => one.confirm_overdue + one.close_overdue + one.bureau_overdue

/** Firms by a column, what has no figure always last. */
export function sortedBy<T extends DeskCounts & { name: string; standing: number | null }>(firms: readonly T[], key: SortKey, falls: boolean): T[] {
  const value = (one: T): number | string | null => {
    if (key === 'name') return one.name
    if (key === 'standing') return one.standing
    if (key === 'alarms') return one.alarms
    return key === 'overdue' ? overdueOf(one) : rateOf(one, key)
  }
  return [...firms].sort((one, other) => {
    const [a, b] = [value(one), value(other)]
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
    const order = typeof a === 'string' ? a.localeCompare(String(b), 'zh-CN') : a - Number(b)
    return falls ? -order : order
  })
}
