/** Hours of the past that are played again, as an address carries them: `?past=2026-07-30T14:00Z/2026-07-30T16:00Z/2026-07-30T15:10Z`. */
import type { Played } from '@/live/timeStore'

import { LONGEST_MS } from './spans'

const PARTS = 3
const said = (ms: number) => new Date(ms).toISOString().replace('.000', '')

/** Whether the server could play it, and the moment lies within it. */
function canBePlayed({ from, to, at }: Played, now: number): boolean {
  return from <= at && at <= to && from < to && to - from <= LONGEST_MS && to <= now
}

/** From, to and the moment that is shown; null where an address says nothing that could be played. */
export function readPast(text: unknown, now: number): Played | null {
  if (typeof text !== 'string') return null
  const moments = text.split('/').map((part) => Date.parse(part))
  const [from = NaN, to = NaN, at = from] = moments
  return moments.length <= PARTS && canBePlayed({ from, to, at }, now) ? { from, to, at } : null
}

export function writePast({ from, to, at }: Played): string {
  return [from, to, at].map(said).join('/')
}
