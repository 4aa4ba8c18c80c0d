import { expect, it } from 'vitest'

import { dashOf, sidesOf } from './pair'

it('puts the first unit left and the second right, and leaves a third out', () => {
  expect(sidesOf(['m', 'kPa', 'm', '°C'])).toEqual([0, 1, 0, null])
  expect(sidesOf([])).toEqual([])
})

it('tells lines of one side apart by their dashes, whatever stands on the other', () => {
  const lines = [{ side: 0 }, { side: 1 }, { side: 0 }] as const
  expect(dashOf(lines, 0)).toBe('solid')
  expect(dashOf(lines, 1)).toBe('solid')
  expect(dashOf(lines, 2)).toBe('dashed')
})
