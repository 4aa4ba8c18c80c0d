import { describe, expect, it } from 'vitest'

import { scaleOf } from './wallScale'

describe('how large a wall draws', () => {
  it.each([
    [1366, 768, 1],
    [1920, 1080, 1],
    [2560, 1440, 1],
    [3840, 1080, 1],
    [3840, 2160, 2],
    [7680, 2160, 2],
    [5760, 3240, 3],
  ])('%i x %i: %d times', (width, height, times) => {
    expect(scaleOf(width, height)).toBe(times)
  })
})
