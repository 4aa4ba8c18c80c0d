import { describe, expect, it } from 'vitest'

import { append, axisDecimals, since, valueSpan, withGaps, type Curve } from './curve'

const minute = 60_000

describe('a curve', () => {
  it('does not bridge silence', () => {
    const points = withGaps([0, minute, 2 * minute, 10 * minute], [1, 2, 3, 4])
    expect(points).toEqual([[0, 1], [minute, 2], [2 * minute, 3], [2 * minute + 1, null], [10 * minute, 4]])
  })

  it('writes its ticks with the decimals that tell them apart', () => {
    expect(axisDecimals([0.196, 0.207])).toBe(3)
    expect(axisDecimals([0, 14.9])).toBe(0)
    expect(axisDecimals([0.9, 1.1])).toBe(2)
    expect(axisDecimals([3, 3])).toBe(2)
  })

  it('takes a slow sensor as it is', () => {
    expect(withGaps([0, 10 * minute, 20 * minute], [1, 2, 3])).toHaveLength(3)
  })

  it('appends in order, corrects the same instant, and ignores the past', () => {
    const curve: Curve = { t: [1, 2], v: [1, 2] }
    expect(append(curve, 3, 3)).toEqual({ t: [1, 2, 3], v: [1, 2, 3] })
    expect(append(curve, 2, 5)).toEqual({ t: [1, 2], v: [1, 5] })
    expect(append(curve, 1, 9)).toBe(curve)
  })

  it('widens the band of a down-sampled curve by what is live', () => {
    expect(append({ t: [1], v: [2], min: [1], max: [3] }, 2, 4)).toEqual({ t: [1, 2], v: [2, 4], min: [1, 4], max: [3, 4] })
  })

  it('forgets what has left the window', () => {
    expect(since({ t: [1, 2, 3], v: [1, 2, 3] }, 2)).toEqual({ t: [2, 3], v: [2, 3] })
    expect(since({ t: [1], v: [1] }, 2)).toEqual({ t: [], v: [] })
  })

  it('shows a limit that is near, and is not pressed flat by one that is far', () => {
    const curve: Curve = { t: [1, 2], v: [80, 84] }
    const limit = (value: number) => ({ condition: 'HH', value, priority: 1 as const })
    expect(valueSpan(curve, [limit(95)])?.[1]).toBeGreaterThan(95)
    expect(valueSpan(curve, [limit(900)])?.[1]).toBeLessThan(90)
  })

  it('makes room for what stands beside it', () => {
    const curve: Curve = { t: [1, 2], v: [80, 84], beside: { t: [1, 2], v: [20, null], label: 'then' } }
    expect(valueSpan(curve, [])?.[0]).toBeLessThan(20)
  })

  it('draws limits alone when there is no reading', () => {
    expect(valueSpan({ t: [], v: [] }, [])).toBeNull()
    expect(valueSpan({ t: [], v: [] }, [{ condition: 'H', value: 10, priority: 3 }])?.[1]).toBeGreaterThan(10)
  })
})
