/** A limit's figures as people read them. */
import type { Limit } from '@/api/types'
import { figure } from '@/ui/figure'

import { isLimitCondition, isPlain, unitOf } from './limit'

type Figures = Pick<Limit, 'condition' | 'value' | 'unit' | 'deadband' | 'on_delay_ms' | 'off_delay_ms' | 'low' | 'window_ms'>

const sign = (condition: string) => ({ HH: '≥', H: '≥', L: '≤', LL: '≤', rate: '≥', frozen: '<' })[condition] ?? '>'

/** ≥ 90 %, > 300 s, 0 – 12 m, ≥ 0.5 m/s (60 s), < 0.1 m (1800 s) */
export function limitFigure({ condition, value, unit, low, window_ms }: Figures): string {
  const over = window_ms === null ? '' : ` (${seconds(window_ms)})`
  if (condition === 'range') return `${figure(low)} – ${figure(value)} ${unit}`
  return `${sign(condition)} ${figure(value)} ${unitOf(condition, unit)}${over}`
}

export const seconds = (ms: number) => `${figure(ms / 1000)} s`

/** Deadband, on-delay and off-delay; silence and a frozen signal have none of them. */
export function fineFigures(limit: Figures): string {
  if (isLimitCondition(limit.condition) && isPlain(limit.condition)) return '—'
  return `${figure(limit.deadband)} ${unitOf(limit.condition, limit.unit)} · ${seconds(limit.on_delay_ms)} / ${seconds(limit.off_delay_ms)}`
}
