import { describe, expect, it } from 'vitest'

import { declutter, REACH_PX, type Placed } from './declutter'

/** At zoom 12 a pixel is about 15 m here, at zoom 16 about 1 m. */
const METRE = 1 / 111_320
const tank = (id: string, eastM: number): Placed => ({ id, lon: 106.6 + (eastM * METRE) / Math.cos(38 / 57.3), lat: 38 })

describe('signs that lie on each other', () => {
  it('are drawn as one that knows all of them, and as themselves when the map is near', () => {
    const tanks = [tank('A', 0), tank('B', 60), tank('C', 120), tank('Z', 20_000)]
    const far = declutter(tanks, 12)
    expect(far.map((spot) => spot.members)).toEqual([['A', 'B', 'C'], ['Z']])
    expect(far[1]?.id).toBe('Z')
    expect(declutter(tanks, 16).map((spot) => spot.id)).toEqual(['A', 'B', 'C', 'Z'])
  })

  it('never lose one, however many', () => {
    const many = Array.from({ length: 500 }, (_, n) => tank(`T${n}`, n * 7))
    for (const zoom of [4, 9, 12, 14.5, 16, 18]) {
      const drawn = declutter(many, zoom).flatMap((spot) => spot.members)
      expect(new Set(drawn).size).toBe(500)
      expect(drawn).toHaveLength(500)
    }
  })

  it('at the very same place are spread far enough to be clicked one by one', () => {
    const spots = declutter([tank('A', 0), tank('B', 0), tank('C', 0)], 17)
    const px = 512 * 2 ** 17
    const places = spots.map(({ at }) => [(at[0] / 360) * px, (at[1] / 360) * px / Math.cos(38 / 57.3)])
    for (const [n, a] of places.entries())
      for (const b of places.slice(n + 1)) expect(Math.hypot((a[0] ?? 0) - (b[0] ?? 0), (a[1] ?? 0) - (b[1] ?? 0))).toBeGreaterThan(REACH_PX * 0.8)
  })

  it('leave what is selected by itself', () => {
    const spots = declutter([tank('A', 0), tank('B', 10), tank('C', 20)], 12, new Set(['B']))
    expect(spots.map((spot) => spot.members)).toEqual([['A', 'C'], ['B']])
    expect(spots[1]?.at).toEqual([tank('B', 10).lon, 38])
  })
})
