import { expect, it } from 'vitest'

import { tipValue } from './axes'
import { goOn } from './curve'
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

it('shows names and units as words, whatever signs stand in them', () => {
  expect(tipValue(1.5, 0.1, '<i>m', '<img src=x onerror=alert(1)>')).toBe('&lt;img src=x onerror=alert(1)&gt; <b>1.5 &lt;i&gt;m</b>')
})

it('goes on with what was heard while it was asked for, and with nothing twice or too late', () => {
  expect(goOn({ t: [1, 2], v: [1, 2] }, { t: [2, 3, 9], v: [7, 3, 9] }, 5)).toEqual({ t: [1, 2, 3], v: [1, 2, 3] })
})
