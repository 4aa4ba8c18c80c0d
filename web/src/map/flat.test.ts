import { describe, expect, it } from 'vitest'

import { fit, move, nearest, project, ringsOf, scaleAt, toPixel, unproject, zoom, zoomOf } from './flat'

const BOX = [106, 37.5, 107, 38.5] as const

describe('the plain picture', () => {
  it('is Web Mercator', () => {
    expect(project([0, 0])).toEqual([0.5, 0.5])
    expect(project([180, 85.051129])[0]).toBe(1)
    expect(project([180, 85.051129])[1]).toBeCloseTo(0, 6)
    // EPSG:3857 of 106.34 E 38.10 N: 11,837,714.65 m and 4,593,562.11 m
    const [x, y] = project([106.34, 38.1])
    expect((x - 0.5) * 40_075_016.685578).toBeCloseTo(11_837_714.65, 1)
    expect((0.5 - y) * 40_075_016.685578).toBeCloseTo(4_593_562.11, 1)
  })

  it('knows of a place of the picture where it is, and of a scale what a map of tiles calls it', () => {
    const [lon, lat] = unproject(project([106.34, 38.1]))
    expect(lon).toBeCloseTo(106.34, 9)
    expect(lat).toBeCloseTo(38.1, 9)
    expect([scaleAt(0), zoomOf(scaleAt(9.5))]).toEqual([512, 9.5])
  })

  it('shows a box whole with its margin', () => {
    const view = fit(BOX, 800, 600, 20)
    const corners = [[106, 38.5], [107, 37.5]].map((one) => toPixel(view, project(one)))
    for (const [x, y] of corners) {
      expect(x).toBeGreaterThanOrEqual(20 - 1e-6)
      expect(x).toBeLessThanOrEqual(780 + 1e-6)
      expect(y).toBeGreaterThanOrEqual(20 - 1e-6)
      expect(y).toBeLessThanOrEqual(580 + 1e-6)
    }
  })

  it('keeps what is under the pointer there while it comes nearer', () => {
    const view = fit(BOX, 800, 600)
    const place = project([106.3, 38.2])
    const before = toPixel(view, place)
    const after = toPixel(zoom(view, 3, before), place)
    expect(after[0]).toBeCloseTo(before[0], 6)
    expect(after[1]).toBeCloseTo(before[1], 6)
  })

  it('moves with the hand', () => {
    const view = fit(BOX, 800, 600)
    const place = project([106.3, 38.2])
    const [x, y] = toPixel(view, place)
    const moved = toPixel(move(view, 30, -10), place)
    expect(moved[0]).toBeCloseTo(x + 30, 6)
    expect(moved[1]).toBeCloseTo(y - 10, 6)
  })

  it('finds what was clicked, and nothing where nothing is near', () => {
    const view = fit(BOX, 800, 600)
    const places = [{ at: project([106.3, 38.2]), of: 'a' }, { at: project([106.31, 38.2]), of: 'b' }]
    expect(nearest(view, places, toPixel(view, project([106.309, 38.2])))).toBe('b')
    expect(nearest(view, places, [0, 0])).toBeNull()
  })

  it('draws polygons and leaves out what has no outline', () => {
    expect(ringsOf({ type: 'Point', coordinates: [1, 2] })).toEqual([])
    expect(ringsOf({ type: 'MultiPolygon', coordinates: [[[[0, 0]]], [[[1, 1]], [[2, 2]]]] })).toHaveLength(3)
  })
})
