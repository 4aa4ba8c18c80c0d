/** What a finding says in figures, and which stretch of which curve is laid over it. */
import type { HonestyFinding, HonestyFindingDetail, HonestyKind } from '@/api/dataHonesty'
import type { Tone } from '@/ui/tone'

export const KINDS: readonly HonestyKind[] = ['copied', 'copied_with_noise', 'repeated', 'constant', 'clipped', 'twin', 'limit_widened', 'tag_withdrawn', 'outage_overdue']
export const STATES = ['open', 'handed', 'answered', 'closed'] as const

const HOUR_MS = 3_600_000
const MOST_ASIDE_MS = 12 * HOUR_MS

/** A stretch of the curve, and by how much earlier lies what it repeats; 0 where it repeats nothing. */
export interface Stretch {
  fromMs: number
  toMs: number
  lagMs: number
}

export function toneOf({ state, verdict }: Pick<HonestyFinding, 'state' | 'verdict'>): Tone {
  if (state === 'closed') return 'done'
  if (state === 'answered' || (state === 'open' && verdict === '')) return 'attention'
  return 'going'
}

/** The stretches of a copied curve one by one, else the finding's own span. */
export function stretchesOf(one: Pick<HonestyFindingDetail, 'figures' | 'first_at' | 'last_at'>): Stretch[] {
  const spans = one.figures.spans
  if (!Array.isArray(spans) || !spans.length) return [{ fromMs: Date.parse(one.first_at), toMs: Date.parse(one.last_at), lagMs: 0 }]
  return (spans as [string, string, string][]).map(([first, last, earlier]) => {
    const fromMs = Date.parse(first)
    return { fromMs, toMs: Date.parse(last), lagMs: fromMs - Date.parse(earlier) }
  })
}

/** What the chart shows: the stretch, and half as much on either side, so that it is seen where the curves part. */
export function shownOf({ fromMs, toMs }: Stretch): [number, number] {
  const aside = Math.min(MOST_ASIDE_MS, Math.max(HOUR_MS, (toMs - fromMs) / 2))
  return [fromMs - aside, toMs + aside]
}

/** Figures in the order in which they are read; `after` null is a limit that was withdrawn. */
export const FIGURES = ['hours', 'lag_hours', 'shift', 'equal_share', 'moves', 'value', 'top', 'limit', 'times_at_top', 'period_minutes', 'turns', 'how', 'last_value', 'condition', 'before', 'after', 'by_name', 'said'] as const
export type FigureKey = (typeof FIGURES)[number]
/** Those that are told in the datastream's unit. */
export const IN_UNIT: readonly FigureKey[] = ['shift', 'value', 'top', 'limit', 'last_value']

export function figuresOf(figures: Record<string, unknown>): [FigureKey, unknown][] {
  return FIGURES.filter((key) => key in figures).map((key) => [key, figures[key]])
}
