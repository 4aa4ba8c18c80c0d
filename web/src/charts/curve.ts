/** A curve as plain columns, and what has to be worked out before it can be drawn. */
export interface Curve {
  t: number[]
  v: (number | null)[]
  /** Extremes of each bucket, when the curve is down-sampled. */
  min?: (number | null)[]
  max?: (number | null)[]
  /** Another time of the same datastream, moved onto this time axis; drawn behind it. */
  beside?: { t: number[]; v: (number | null)[]; label: string }
  /** Moments that a line across the curve names, as the raise of an alarm. */
  marks?: { t: number; label: string }[]
}

export interface CurveLimit {
  condition: string
  value: number
  priority: 1 | 2 | 3 | 4
}

export const EMPTY: Curve = { t: [], v: [] }

/** Less than this is one broken reading, not a gap. */
const SHORTEST_GAP_MS = 60_000

function medianStep(t: number[]): number {
  const steps = t.slice(1).map((at, n) => at - (t[n] ?? at)).sort((a, b) => a - b)
  return steps[Math.floor(steps.length / 2)] ?? 0
}

/** Points for the chart, with an empty one wherever the sensor said nothing: a line must not bridge silence. */
export function withGaps(t: number[], v: (number | null)[]): [number, number | null][] {
  const longest = Math.max(SHORTEST_GAP_MS, 4 * medianStep(t))
  const points: [number, number | null][] = []
  t.forEach((at, n) => {
    const before = t[n - 1]
    if (before !== undefined && at - before > longest) points.push([before + 1, null])
    points.push([at, v[n] ?? null])
  })
  return points
}

/** Append a live reading in order of time; the same instant again is a correction. */
export function append(curve: Curve, t: number, v: number | null): Curve {
  const last = curve.t.at(-1)
  if (last !== undefined && t < last) return curve
  const keep = last === t ? -1 : curve.t.length
  const next: Curve = { t: [...curve.t.slice(0, keep), t], v: [...curve.v.slice(0, keep), v] }
  if (curve.min) next.min = [...curve.min.slice(0, keep), v]
  if (curve.max) next.max = [...curve.max.slice(0, keep), v]
  return next
}

/** Go on from a curve that was asked for with what was heard meanwhile, up to a moment. */
export function goOn(asked: Curve, heard: Curve, until = Infinity): Curve {
  let next = asked
  heard.t.forEach((at, n) => {
    if (at > (next.t.at(-1) ?? 0) && at <= until) next = append(next, at, heard.v[n] ?? null)
  })
  return next
}

/** Drop what is older than `from`. */
export function since(curve: Curve, from: number): Curve {
  const first = curve.t.findIndex((t) => t >= from)
  if (first === 0) return curve
  if (first < 0) return { ...EMPTY }
  const next: Curve = { t: curve.t.slice(first), v: curve.v.slice(first) }
  if (curve.min) next.min = curve.min.slice(first)
  if (curve.max) next.max = curve.max.slice(first)
  return next
}

/** Ticks that a value axis carries, as ECharts splits it. */
const TICKS = 5

/** Decimals that tell neighbouring ticks of an axis apart. */
export function axisDecimals([low, high]: [number, number]): number {
  const step = (high - low) / TICKS
  return step > 0 ? Math.min(6, Math.max(0, -Math.floor(Math.log10(step)))) : 2
}

/**
 * The span of the value axis: all values, and those limits that are near enough to matter.
 *
 * A limit at ten times the span of the values would press the curve into a flat line.
 */
export function valueSpan(curve: Curve, limits: CurveLimit[]): [number, number] | null {
  const values = [curve.v, curve.min ?? [], curve.max ?? [], curve.beside?.v ?? []].flat().filter((v): v is number => v !== null)
  const marks = limits.map((limit) => limit.value)
  const all = values.length ? values : marks
  if (!all.length) return null
  let low = Math.min(...all)
  let high = Math.max(...all)
  const reach = Math.max(high - low, Math.abs(high) * 0.05, 1e-9) * 4
  const seen = marks.filter((mark) => mark <= high + reach && mark >= low - reach)
  low = Math.min(low, ...seen)
  high = Math.max(high, ...seen)
  const margin = (high - low || Math.abs(high) || 1) * 0.08
  return [low - margin, high + margin]
}
