import { describe, expect, it } from 'vitest'

import { figuresOf, shownOf, stretchesOf, toneOf } from './finding'

const FIRST = '2026-11-29T16:00:00Z'
const LAST = '2026-11-30T16:00:00Z'
const HOUR_MS = 3_600_000

describe('a finding', () => {
  it('lays each copied stretch over what it repeats', () => {
    const spans = [[FIRST, LAST, '2026-11-26T16:00:00Z']]
    const [one] = stretchesOf({ figures: { spans }, first_at: FIRST, last_at: LAST })
    expect(one).toEqual({ fromMs: Date.parse(FIRST), toMs: Date.parse(LAST), lagMs: 72 * HOUR_MS })
  })

  it('shows its own span where it repeats nothing', () => {
    expect(stretchesOf({ figures: {}, first_at: FIRST, last_at: LAST })).toEqual([{ fromMs: Date.parse(FIRST), toMs: Date.parse(LAST), lagMs: 0 }])
  })

  it('shows what is on either side, an hour at least and half a day at most', () => {
    const day = { fromMs: 0, toMs: 24 * HOUR_MS, lagMs: 0 }
    expect(shownOf(day)).toEqual([-12 * HOUR_MS, 36 * HOUR_MS])
    expect(shownOf({ ...day, toMs: 0 })).toEqual([-HOUR_MS, HOUR_MS])
    expect(shownOf({ ...day, toMs: 96 * HOUR_MS })).toEqual([-12 * HOUR_MS, 108 * HOUR_MS])
  })

  it('says its figures in their order and leaves out what is no figure', () => {
    expect(figuresOf({ spans: [], shift: 0, hours: 24, basis: 1 })).toEqual([['hours', 24], ['shift', 0]])
  })

  it('asks for attention until somebody has judged it, and again when the firm has answered', () => {
    expect(toneOf({ state: 'open', verdict: '' })).toBe('attention')
    expect(toneOf({ state: 'open', verdict: 'true' })).toBe('going')
    expect(toneOf({ state: 'handed', verdict: '' })).toBe('going')
    expect(toneOf({ state: 'answered', verdict: '' })).toBe('attention')
    expect(toneOf({ state: 'closed', verdict: 'untrue' })).toBe('done')
  })
})
