import { describe, expect, it } from 'vitest'

import type { DeskCounts } from '@/api/desk'

import { lastDay, percent, rateOf, rowsOf, sortedBy, stepped } from './figures'

const span = { start: '2026-11-22T16:00:00Z', end: '2026-11-29T16:00:00Z', as_of: '2026-11-30T00:00:00Z' }
const counts = { online_s: 50, due_s: 100, close_due: 0, closed_in_time: 0, alarms: 3, confirm_overdue: 1, close_overdue: 2, bureau_overdue: 0 } as DeskCounts

describe('rates', () => {
  it('are shares of counts, and none of nothing', () => {
    expect(rateOf(counts, 'online')).toBe(0.5)
    expect(rateOf(counts, 'closed_in_time')).toBeNull()
  })
  it('are never rounded up to the whole nor down to nothing', () => {
    expect([percent(1), percent(0.9999), percent(0.98765), percent(0), percent(0.0001), percent(null)]).toEqual(['100.0 %', '99.9 %', '98.8 %', '0.0 %', '0.1 %', '—'])
  })
  it('open the rows that they were counted from', () => {
    expect(rowsOf('closed_in_time', span, 'S1')).toEqual({ path: '/statistics/alarms', query: { ...span, flag: 'is_closed_in_time', site: 'S1' } })
    expect(rowsOf('orange', span)).toEqual({ path: '/statistics/alarms', query: { ...span, level: '2' } })
    expect(rowsOf('online_s', span)).toMatchObject({ path: '/statistics/silences' })
  })
})

describe('periods', () => {
  it('follow one another by weeks and by months', () => {
    expect(stepped('week', '2026-12-02', -1)).toBe('2026-11-25')
    expect(stepped('month', '2026-12-31', -1)).toBe('2026-11-01')
    expect(stepped('month', '2026-12-31', 1)).toBe('2027-01-01')
  })
  it('end with the last day that lies in them', () => expect(lastDay(span.end)).toBe('2026-11-29'))
})

it('puts firms without a figure last, whichever way they are sorted', () => {
  const firms = [{ ...counts, name: 'a', standing: null }, { ...counts, name: 'b', standing: 0.2 }, { ...counts, name: 'c', standing: 0.9 }]
  expect(sortedBy(firms, 'standing', true).map((one) => one.name)).toEqual(['c', 'b', 'a'])
  expect(sortedBy(firms, 'standing', false).map((one) => one.name)).toEqual(['b', 'c', 'a'])
})
