/** From the answer of the API to the columns of a chart, and to the limits drawn in it. */
import type { Datastream, Observations } from '@/api/types'
import type { Curve, CurveLimit } from '@/charts/curve'
import { isPriority } from '@/ui/levels'

export function curveOf(observations: Observations): Curve {
  if (observations.mode === 'raw') return { t: observations.t, v: observations.v ?? [] }
  return {
    t: observations.t,
    v: observations.mean ?? [],
    min: observations.min ?? [],
    max: observations.max ?? [],
  }
}

const ON_THE_VALUE: readonly string[] = ['HH', 'H', 'L', 'LL']

/** Limits on the value; those on time and on change have no line. */
export function limitLines(datastream: Datastream): CurveLimit[] {
  return datastream.limits.flatMap(({ condition, value, priority }) =>
    !ON_THE_VALUE.includes(condition) ? [] : [{ condition, value, priority: isPriority(priority) ? priority : 4 }],
  )
}
