/** What a proposed limit would do now and would have done before, judged as the engine does; delays left aside. */
import type { Curve } from '@/charts/curve'

import type { LimitDraft } from './limit'

type Proposed = Pick<LimitDraft, 'condition' | 'value' | 'deadband'> & Partial<Pick<LimitDraft, 'low' | 'windowS'>>

/** Whether a value is beyond it; null where a single value cannot tell. */
export function isBeyond({ condition, value: limit, low = null }: Proposed, value: number): boolean | null {
  if (limit === null) return null
  if (condition === 'HH' || condition === 'H') return value >= limit
  if (condition === 'L' || condition === 'LL') return value <= limit
  return condition === 'range' && low !== null ? value < low || value > limit : null
}

/** How often it would have been raised, returning only past its deadband. */
export function timesBeyond(curve: Curve, proposed: Proposed): number {
  const { condition, value } = proposed
  if (value === null || condition === 'silent') return 0
  if (condition === 'rate') return timesFast(curve, proposed, value)
  if (condition === 'frozen') return timesFrozen(curve, value, (proposed.windowS ?? 0) * 1000)
  return condition === 'range' ? timesOutside(curve, proposed, value) : timesPassed(curve, proposed, value)
}

/** Count the turns into "beyond" of a row of (is it beyond, has it come back). */
function turns(length: number, at: (n: number) => { beyond: boolean; back: boolean }): number {
  let times = 0
  let active = false
  for (let n = 0; n < length; n++) {
    const { beyond, back } = at(n)
    if (!active && beyond) {
      times += 1
      active = true
    }
    if (active && back) active = false
  }
  return times
}

function timesPassed(curve: Curve, { condition, deadband }: Proposed, limit: number): number {
  const isHigh = condition === 'HH' || condition === 'H'
  const sign = isHigh ? 1 : -1
  const furthest = (isHigh ? curve.max : curve.min) ?? curve.v
  const nearest = (isHigh ? curve.min : curve.max) ?? curve.v
  return turns(furthest.length, (n) => {
    const far = furthest[n] ?? null
    const near = nearest[n] ?? far
    return {
      beyond: far !== null && sign * far >= sign * limit,
      back: near !== null && sign * near < sign * limit - (deadband ?? 0),
    }
  })
}

const NEITHER = { beyond: false, back: false }

interface Reach {
  t: number
  low: number
  high: number
  middle: number
}

/** The points that hold something, each with how far its values reach: of a bucket, its extremes. */
function reaches({ t, v, min = v, max = v }: Curve): Reach[] {
  return t.flatMap((at, n) => {
    const middle = v[n] ?? null
    return middle === null ? [] : [{ t: at, middle, low: min[n] ?? middle, high: max[n] ?? middle }]
  })
}

function countTurns(points: Reach[], at: (point: Reach, n: number) => { beyond: boolean; back: boolean }): number {
  return turns(points.length, (n) => {
    const point = points[n]
    return point ? at(point, n) : NEITHER
  })
}

function timesOutside(curve: Curve, { low: bottom = null, deadband }: Proposed, top: number): number {
  if (bottom === null) return 0
  const margin = deadband ?? 0
  return countTurns(reaches(curve), ({ low, high, middle }) => ({
    beyond: high > top || low < bottom,
    back: middle <= top - margin && middle >= bottom + margin,
  }))
}

/** The change a second since the newest reading that is a window old. */
function timesFast(curve: Curve, { windowS = null, deadband }: Proposed, limit: number): number {
  const windowMs = Math.max(1, (windowS ?? 0) * 1000)
  const points = reaches(curve)
  const age = (to: Reach, from: Reach | undefined) => (from ? to.t - from.t : 0)
  let before = 0
  return countTurns(points, (point) => {
    while (age(point, points[before + 1]) >= windowMs) before++
    const from = points[before]
    if (!from || age(point, from) < windowMs) return NEITHER
    const rate = Math.abs(point.middle - from.middle) / (age(point, from) / 1000)
    return { beyond: rate >= limit, back: rate < limit - (deadband ?? 0) }
  })
}

/** All values since some reading lie closer together than the spread, for the whole window. */
function timesFrozen(curve: Curve, spread: number, windowMs: number): number {
  let still: Reach | null = null
  return countTurns(reaches(curve), (point) => {
    const low: number = Math.min(still?.low ?? point.low, point.low)
    const high: number = Math.max(still?.high ?? point.high, point.high)
    const hasMoved = high - low >= spread
    still = still === null || hasMoved ? point : { ...still, low, high }
    return { beyond: point.t - still.t >= windowMs, back: hasMoved }
  })
}
