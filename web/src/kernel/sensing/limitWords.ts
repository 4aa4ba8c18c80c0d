/** A limit's figures as people read them. */
import type { Limit } from '@/api/types'
import { figure } from '@/ui/figure'

type Figures = Pick<Limit, 'condition' | 'value' | 'unit' | 'deadband' | 'on_delay_ms' | 'off_delay_ms'>

const sign = (condition: string) => ({ HH: '≥', H: '≥', L: '≤', LL: '≤' })[condition] ?? '>'

/** ≥ 90 %, > 300 s */
export function limitFigure({ condition, value, unit }: Figures): string {
  return `${sign(condition)} ${figure(value)} ${unit}`
}

export const seconds = (ms: number) => `${figure(ms / 1000)} s`

/** Deadband, on-delay and off-delay; silence has none of them. */
export function fineFigures(limit: Figures): string {
  if (limit.condition === 'silent') return '—'
  return `${figure(limit.deadband)} ${limit.unit} · ${seconds(limit.on_delay_ms)} / ${seconds(limit.off_delay_ms)}`
}
