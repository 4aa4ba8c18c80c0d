import { describe, expect, it } from 'vitest'

import { bigNumber, decimalsOf, figure, readNumber } from './figure'
import { fromShanghai, toShanghai, absoluteTime, relativeTime, shortTime, toMs, watermarkTime } from './time'

const at = Date.parse('2026-08-01T02:00:05Z')

describe('times', () => {
  it('are those of the place, whatever the desk is set to', () => {
    expect(absoluteTime(at, 'zh-CN')).toBe('2026年8月1日 10:00:05')
    expect(shortTime(at)).toBe('08-01 10:00')
    expect(watermarkTime(Date.parse('2026-07-31T16:30:00Z'))).toBe('2026-08-01 00:30')
  })

  it('are told in whole units, never rounded up', () => {
    expect(relativeTime(at - 119_000, at, 'zh-CN')).toBe('1分钟前')
    expect(relativeTime(at - 86_399_000, at, 'zh-CN')).toBe('23小时前')
    expect(relativeTime(at, at, 'zh-CN')).toBe('现在')
    expect(relativeTime(at + 7_200_000, at, 'en')).toBe('in 2 hr.')
  })

  it('are nothing where nothing was said', () => {
    expect(toMs(null)).toBeNull()
    expect(toMs('no time')).toBeNull()
    expect(toMs('2026-08-01T10:00:05+08:00')).toBe(at)
  })
})

describe('figures', () => {
  it('have as many decimals as the instrument resolves', () => {
    expect(decimalsOf(0.1)).toBe(1)
    expect(decimalsOf(0.05)).toBe(2)
    expect(decimalsOf(1)).toBe(0)
    expect(figure(91.2, 0.01)).toBe('91.20')
  })

  it('claim no precision that nobody stated', () => {
    expect(figure(91.2)).toBe('91.2')
    expect(figure(100)).toBe('100')
    expect(figure(null)).toBe('—')
  })

  it('are read as they are typed or pasted, and never guessed', () => {
    expect(readNumber(' 11.75 ')).toBe(11.75)
    expect(readNumber('－１２．５')).toBe(-12.5)
    expect(readNumber('1,175')).toBe(1175)
    expect(readNumber('48,587.5')).toBe(48587.5)
    for (const slip of ['11,75', '1.2.3', '12 %', '1e9', '0x10', '', '—']) expect(readNumber(slip)).toBeNull()
  })

  it('are said as people say them', () => {
    expect(bigNumber(48_587, 'zh-CN')).toBe('4.9万')
    expect(bigNumber(48_587, 'en')).toBe('48,587')
  })
})

describe('the field for a moment', () => {
  it('holds Beijing time, whatever zone the desk is set to', () => {
    expect(toShanghai('2026-08-01T02:00:00Z')).toBe('2026-08-01T10:00')
    expect(fromShanghai('2026-08-01T10:00')).toBe('2026-08-01T02:00:00.000Z')
    expect(fromShanghai(toShanghai('2026-12-31T17:30:00Z'))).toBe('2026-12-31T17:30:00.000Z')
    expect(fromShanghai('')).toBe('')
  })
})
