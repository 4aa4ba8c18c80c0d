import { describe, expect, it } from 'vitest'

import { daysLeft } from './daysLeft'

const DAY = 86_400_000

describe('days left', () => {
  it('counts a day that has begun', () => {
    expect(daysLeft(DAY + 1, 0)).toBe(2)
    expect(daysLeft(DAY, 0)).toBe(1)
    expect(daysLeft(1, 0)).toBe(1)
  })
  it('has none left at its end and behind it', () => {
    expect(daysLeft(0, 0)).toBeNull()
    expect(daysLeft(0, DAY)).toBeNull()
  })
})
