/** Which stretch of its curve an alarm is looked at in, and which line it was judged by. No Vue, no network. */
import type { Alarm } from '@/api/types'
import type { CurveLimit } from '@/charts/curve'

import { priorityOf } from './alarm'

const HALF_MS = 1_800_000
const STEP_MS = 60_000

export interface View {
  hours: number
  /** Last ms that is shown; null runs with the clock. */
  until: number | null
}

/**
 * An hour with the raise in its middle. While half an hour has not passed since, the hour up to the
 * coming minute: what follows is still on its way and has to be seen.
 */
export function aroundRaise(raisedMs: number, nowMs: number): View {
  const until = raisedMs + HALF_MS
  return { hours: 1, until: until <= Math.ceil(nowMs / STEP_MS) * STEP_MS ? until : null }
}

/** Conditions whose limit is of the same kind as the value. */
export const ON_THE_VALUE: readonly string[] = ['HH', 'H', 'L', 'LL']

export function judgedLine(alarm: Pick<Alarm, 'condition' | 'limit_value' | 'priority'>): CurveLimit | null {
  if (alarm.limit_value === null || !ON_THE_VALUE.includes(alarm.condition)) return null
  return { condition: alarm.condition, value: alarm.limit_value, priority: priorityOf(alarm) }
}
