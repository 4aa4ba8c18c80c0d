/** The list of the monitor page: what is asked for, and how live rows fall into it. No Vue, no network. */
import type { Alarm, ListQuery } from '@/api/types'

export type Status = 'mine' | 'open' | 'new' | 'toCheck' | 'active' | 'all'
export const STATUSES: readonly Status[] = ['mine', 'open', 'new', 'toCheck', 'active', 'all']

export interface Filter {
  status: Status
  priorities: number[]
  conditions: string[]
  words: string
}

const STATUS_FILTERS: Readonly<Record<Status, string[]>> = {
  mine: [],
  open: [],
  new: ['firm_state.eq:new'],
  toCheck: ['bureau_state.in:listed,in_hand'],
  active: ['instrument_state.eq:active'],
  all: [],
}

/**
 * Whether members stand under their group and not beside it (7.19): only where the group's own row is sure to be
 * in the list as well. A question about states, priorities, kinds or words is asked of each alarm by itself.
 */
export function isFolding({ status, priorities, conditions, words }: Filter): boolean {
  const isNarrowed = priorities.length > 0 || conditions.length > 0 || words.trim() !== ''
  return status === 'mine' || ((status === 'open' || status === 'all') && !isNarrowed)
}

export function queryOf(filter: Filter, sort: string): ListQuery {
  const filters = [...STATUS_FILTERS[filter.status]]
  const words = filter.words.trim()
  // the server folds what is mine by itself
  if (isFolding(filter) && filter.status !== 'mine') filters.push('in_open_group.eq:false')
  if (filter.priorities.length) filters.push(`priority.in:${[...filter.priorities].sort().join()}`)
  if (filter.conditions.length) filters.push(`condition.in:${filter.conditions.join()}`)
  if (words) filters.push(`search.like:${words}`)
  return { filter: filters, sort, limit: 50 }
}

/** What the words are looked for in, as the server puts it together. */
const searched = (alarm: Alarm) => [alarm.site_name, alarm.subject_name, alarm.datastream_name, alarm.tag].join(' ').toLowerCase()

/** The same question asked of one alarm, for rows that come by the live stream. */
export function matches(alarm: Alarm, { status, priorities, conditions, words }: Filter, isMine: (alarm: Alarm) => boolean): boolean {
  const ofStatus: Record<Status, () => boolean> = {
    mine: () => isMine(alarm),
    open: () => alarm.instrument_state === 'active' || alarm.firm_state !== 'closed',
    new: () => alarm.firm_state === 'new',
    toCheck: () => alarm.bureau_state === 'listed' || alarm.bureau_state === 'in_hand',
    active: () => alarm.instrument_state === 'active',
    all: () => true,
  }
  return (
    ofStatus[status]() &&
    (priorities.length === 0 || priorities.includes(alarm.priority)) &&
    (conditions.length === 0 || conditions.includes(alarm.condition)) &&
    searched(alarm).includes(words.trim().toLowerCase())
  )
}

export interface Merged {
  /** The rows held before, each as it now is. */
  kept: Alarm[]
  /** Matching alarms that the list did not hold before, the newest first. */
  fresh: Alarm[]
}

export interface Known {
  isInOpenGroup: (alarm: Alarm) => boolean
  isMine: (alarm: Alarm) => boolean
}

/**
 * Look at live rows by the side of the list: held ones stay in place, also when they no longer match, so that a row
 * does not vanish under the hand of who is about to answer it.
 */
export function merge(items: readonly Alarm[], arrived: readonly Alarm[], filter: Filter, { isInOpenGroup, isMine }: Known): Merged {
  const byId = new Map(arrived.map((alarm) => [alarm.id, alarm]))
  const kept = items.map((item) => {
    const now = byId.get(item.id)
    byId.delete(item.id)
    return now && now.version > item.version ? now : item
  })
  const fresh = [...byId.values()].filter((alarm) => matches(alarm, filter, isMine) && !(isFolding(filter) && isInOpenGroup(alarm)))
  fresh.sort((a, b) => Date.parse(b.raised_at) - Date.parse(a.raised_at))
  return { kept, fresh }
}
