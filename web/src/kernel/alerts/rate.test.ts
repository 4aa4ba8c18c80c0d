import { describe, expect, it } from 'vitest'

import { rateOf } from './rate'

describe('a rate', () => {
  it('is a share in percent to a tenth', () => {
    expect(rateOf(975, 1_000)).toBe('97.5 %')
    expect(rateOf(3, 3)).toBe('100.0 %')
    expect(rateOf(0, 3)).toBe('0.0 %')
  })

  it('does not hide one that is silent among many, nor one that reports', () => {
    expect(rateOf(99_999, 100_000)).toBe('99.9 %')
    expect(rateOf(1, 100_000)).toBe('0.1 %')
  })

  it('is no figure of nothing', () => {
    expect(rateOf(0, 0)).toBe('—')
  })
})
