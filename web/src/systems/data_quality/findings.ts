/** Where a finding is mended, and how its figure is said. */
import type { RouteLocationRaw } from 'vue-router'

import type { Finding, FindingKind } from '@/api/dataQuality'

type Place = (objectId: string) => RouteLocationRaw

const datastream: Place = (id) => `/datastreams/${id}`
const gateway: Place = (id) => ({ path: '/gateways', query: { gateway: id } })
const quarantine: Place = (id) => ({ path: '/quarantine', query: { message: id } })
const subject: Place = (id) => `/subjects/${id}`

const PLACE: Readonly<Record<FindingKind, Place>> = {
  silent: datastream,
  frozen: datastream,
  out_of_range: datastream,
  late: datastream,
  no_limits: datastream,
  gateway_unseen: gateway,
  gateway_missing: gateway,
  gateway_late: gateway,
  gateway_clock: gateway,
  quarantined: quarantine,
  unknown_tag: quarantine,
  no_supervisor: subject,
  no_owner: subject,
  no_place: subject,
}

/** What a figure counts. */
const COUNTED: Readonly<Partial<Record<FindingKind, string>>> = { gateway_missing: 'messages', late: 'readings', gateway_late: 'readings', quarantined: 'waiting', unknown_tag: 'tags' }

/** The page that holds the act. */
export function placeOf({ kind, object_id: id }: Pick<Finding, 'kind' | 'object_id'>): RouteLocationRaw {
  return PLACE[kind](id)
}

/** Which words say the figure, with what number; none for a kind that has no figure. */
export function figureOf({ kind, figure }: Pick<Finding, 'kind' | 'figure'>): { key: string; n: string } | null {
  if (figure === null) return null
  if (kind === 'gateway_clock') return { key: 'seconds', n: (figure / 1000).toFixed(1) }
  const key = COUNTED[kind]
  return key ? { key, n: figure.toLocaleString('en') } : null
}

/** How late the latest reading came, in minutes or hours; none for what has no lag. */
export function lagOf({ lag_ms: lag }: Pick<Finding, 'lag_ms'>): { key: string; n: string } | null {
  if (lag === null) return null
  const minutes = Math.round(lag / 60_000)
  return minutes < 120 ? { key: 'lagMinutes', n: String(minutes) } : { key: 'lagHours', n: (minutes / 60).toFixed(1) }
}

export type Act = Finding['may'][number]

/** Where an act is done: the page that holds its button and the row; nowhere for what is asked here. */
export function wayOf(act: Act, row: Pick<Finding, 'kind' | 'object_id'>): RouteLocationRaw | null {
  if (act === 'ask') return null
  return act === 'enter' ? '/register' : placeOf(row)
}
