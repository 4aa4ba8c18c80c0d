import { describe, expect, it } from 'vitest'

import { isLong, spanInWords, wrongSpan } from './suppressionSpan'

const NOW = Date.parse('2026-08-01T02:00:00Z')
const HOUR = 3_600_000
const span = (beginsH: number, lastsH: number) => ({
  starts_at: new Date(NOW + beginsH * HOUR).toISOString(),
  ends_at: new Date(NOW + (beginsH + lastsH) * HOUR).toISOString(),
})

describe('the span of a suppression', () => {
  it('is right from now on, up to the longest there may be', () => {
    expect(wrongSpan(span(0, 8), 30, NOW)).toEqual({})
    expect(wrongSpan(span(-0.2, 30 * 24), 30, NOW)).toEqual({})
  })

  it('neither began weeks ago nor lasts a year', () => {
    expect(wrongSpan(span(-21 * 24, 365 * 24), 30, NOW)).toEqual({
      starts_at: { key: 'sensing.wrong.past' },
      ends_at: { key: 'sensing.wrong.longest', with: { days: 30 } },
    })
  })

  it('has both ends, in their order, and is not over', () => {
    const missing = { key: 'sensing.wrong.moment' }
    expect(wrongSpan({ starts_at: '', ends_at: '' }, 30, NOW)).toEqual({ starts_at: missing, ends_at: missing })
    expect(wrongSpan(span(2, -1), 30, NOW)).toEqual({ ends_at: { key: 'sensing.wrong.span' } })
    expect(wrongSpan(span(-0.2, 0.1), 30, NOW).ends_at?.key).toBe('sensing.wrong.span')
  })

  it('is said in words of its reader, and is long beyond a day', () => {
    expect(spanInWords(51 * HOUR, 'en')).toBe('2 days 3 hours')
    expect(spanInWords(51 * HOUR, 'zh-CN')).toBe('2天 3小时')
    expect(spanInWords(90 * 60_000, 'en')).toBe('1 hour 30 minutes')
    expect(spanInWords(0, 'en')).toBe('0 minutes')
    expect([isLong(span(0, 24)), isLong(span(0, 24.1))]).toEqual([false, true])
  })
})
