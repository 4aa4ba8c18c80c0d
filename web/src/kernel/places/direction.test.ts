import { expect, it } from 'vitest'

import { directionOf } from './direction'

it('a direction is the nearest of eight, north at both ends', () => {
  expect([0, 22, 23, 45, 90, 135, 180, 225, 270, 302, 315, 338, 359.9, 360].map(directionOf)).toEqual(['n', 'n', 'ne', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw', 'nw', 'n', 'n', 'n'])
})
