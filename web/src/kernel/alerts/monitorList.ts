/** The list of the monitor page: what is asked for, and how live rows fall into it. No Vue, no network. */
import type { Alarm, ListQuery } from '@/api/types'

export type Status = 'open' | 'new' | 'toCheck' | 'active' | 'all'
export const STATUSES: readonly Status[] = ['open', 'new', 'toCheck', 'active', 'all']

export interface Filter {
  status: Status
  priorities: number[]
  conditions: string[]
}

const STATUS_FILTERS: Readonly<Record<Status, string[]>> = {
  open: [],
  new: ['firm_state.eq:new'],
  toCheck: ['bureau_state.in:listed,in_hand'],
  active: ['instrument_state.eq:active'],
  all: [],
}

/**
 * Whether members stand under their group and not beside it (7.19): only where the group's own row is sure to be
 * in the list as well. A question about states, priorities or kinds is asked of each alarm by itself.
 */
export function isFolding({ status, priorities, conditions }: Filter): boolean {
  return (status === 'open' || status === 'all') && priorities.length === 0 && conditions.length === 0
}

export function queryOf(filter: Filter, sort: string): ListQuery {
  const filters = [...STATUS_FILTERS[filter.status]]
  if (isFolding(filter)) filters.push('in_open_group.eq:false')
  if (filter.priorities.length) filters.push(`priority.in:${[...filter.priorities].sort().join()}`)
  if (filter.conditions.length) filters.push(`condition.in:${filter.conditions.join()}`)
  return { filter: filters, sort, limit: 50 }
}

/** The same question asked of one alarm, for rows that come by the live stream. */
export function matches(alarm: Alarm, { status, priorities, conditions }: Filter): boolean {
  const ofStatus: Record<Status, boolean> = {
    open: alarm.instrument_state === 'active' || alarm.firm_state !== 'closed',
    new: alarm.firm_state === 'new',
    toCheck: alarm.bureau_state === 'listed' || alarm.bureau_state === 'in_hand',
    active: alarm.instrument_state === 'active',
    all: true,
  }
  return (
    ofStatus[status] &&
    (priorities.length === 0 || priorities.includes(alarm.priority)) &&
    (conditions.length === 0 || conditions.includes(alarm.condition))
  )
}

export interface Merged {
  items: Alarm[]
  /** How many matching alarms the list did not hold before. */
  added: number
}

/**
 * Put live rows into the list: held ones in place, also when they no longer match, so that a row
 * does not vanish under the hand of who is about to answer it; new ones on top.
 */
export function merge(items: Alarm[], arrived: Alarm[], filter: Filter, isInOpenGroup: (alarm: Alarm) => boolean): Merged {
  const byId = new Map(arrived.map((alarm) => [alarm.id, alarm]))
  const kept = items.map((item) => {
    const now = byId.get(item.id)
    byId.delete(item.id)
    return now && now.version > item.version ? now : item
  })
  const fresh = [...byId.values()].filter((alarm) => matches(alarm, filter) && !(isFolding(filter) && isInOpenGroup(alarm)))
  fresh.sort((a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at))
  return { items: [...fresh, ...kept], added: fresh.length }
}
