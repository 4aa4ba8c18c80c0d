import { describe, expect, it } from 'vitest'

import { filled, isHeld, sum, tonnes, toneOf } from './hazard'

describe('figures of the sheet', () => {
  it('tells a sum apart from its bound', () => {
    expect(sum(14)).toBe('14')
    expect(sum(0.99996)).toBe('0.99996')
    expect(sum(0.9994)).toBe('0.9994')
    expect(sum(49.9996)).toBe('49.9996')
    expect(sum(99.9996)).toBe('99.9996')
    expect(sum(9.99999996)).toBe('9.99999996')
    expect(sum(100.0004)).toBe('100')
    expect(sum(99.99999999999)).toBe('100')
    expect(sum(12.34567)).toBe('12.346')
    expect(sum(49.994)).toBe('49.994')
    expect(sum(0.00002)).toBe('0.000020')
    expect(sum(0)).toBe('0')
    expect(sum(null)).toBe('—')
  })

  it('says tonnes as finely as they matter', () => {
    expect(tonnes(0.305)).toBe('0.31')
    expect(tonnes(61.26)).toBe('61.3')
    expect(tonnes(12345.6)).toBe('12,345.6')
    expect(tonnes(null)).toBe('—')
  })

  it('measures the stock against the permit, else the design, and guesses nothing', () => {
    expect(filled({ stock_t: 50, permit_t: 40, design_t: 100 })).toBe(1.25)
    expect(filled({ stock_t: 50, permit_t: null, design_t: 100 })).toBe(0.5)
    expect(filled({ stock_t: null, permit_t: 40, design_t: 100 })).toBeNull()
    expect(filled({ stock_t: 50, permit_t: 0, design_t: 100 })).toBeNull()
  })

  it('says when a grade is held against to and fro', () => {
    expect(isHeld({ grade: 3, grade_now: 4 })).toBe(true)
    expect(isHeld({ grade: 3, grade_now: 3 })).toBe(false)
    expect(toneOf(1)).toBe('attention')
  })
})
