import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { areaM2, circleBox, circleRing, distanceM, lengthM, pointAt, type LonLat } from './geodesy'

/** What PostGIS says of the same lines and outlines (tests/kernel/places/test_measure_as_the_map.py holds it to that). */
const told = JSON.parse(readFileSync('src/map/geodesy.json', 'utf8')) as { lines: { line: LonLat[]; length_m: number }[]; areas: { ring: LonLat[]; area_m2: number }[] }

describe('lengths and areas on the ellipsoid', () => {
  it('are those of PostGIS, to a tenth of a millimetre a kilometre', () => {
    expect(told.lines.length).toBeGreaterThan(8)
    for (const { line, length_m } of told.lines) expect(Math.abs(lengthM(line) - length_m), JSON.stringify(line)).toBeLessThan(1e-4 + length_m * 1e-7)
  })

  it('of outlines too, to a twenty thousandth even where one is a province', () => {
    expect(told.areas.length).toBeGreaterThan(4)
    for (const { ring, area_m2 } of told.areas) expect(Math.abs(areaM2(ring) / area_m2 - 1), JSON.stringify(ring)).toBeLessThan(5e-5)
  })

  it('do not depend on which way round an outline is drawn, or on a corner said twice', () => {
    const ring: LonLat[] = [[106, 38], [106.5, 38], [106.5, 38.4]]
    expect(areaM2([...ring].reverse())).toBeCloseTo(areaM2(ring), 3)
    expect(areaM2([...ring, ring[0] as LonLat])).toBeCloseTo(areaM2(ring), 3)
    expect(lengthM([])).toBe(0)
    expect(distanceM([106, 38], [106, 38])).toBe(0)
  })
})

describe('a circle', () => {
  it('has every corner as far from its middle as its radius', () => {
    for (const middle of [[106.6, 38.1], [-71.3, -29.9], [25, 70], [0, 0]] as LonLat[])
      for (const radius of [10, 3_000, 100_000])
        for (const corner of circleRing(middle, radius, 12)) expect(distanceM(middle, corner)).toBeCloseTo(radius, 3)
  })

  it('lies in a box that touches it', () => {
    const [[west, south], [east, north]] = circleBox([106, 38], 3_000)
    expect([distanceM([106, 38], [106, south]), distanceM([106, 38], [106, north])].map(Math.round)).toEqual([3_000, 3_000])
    expect((west + east) / 2).toBeCloseTo(106, 9)
    expect(distanceM([106, 38], [east, 38])).toBeCloseTo(3_000, 0)
  })

  it('begins in the north and is closed', () => {
    const ring = circleRing([106, 38], 1_000)
    expect(ring[0]).toEqual(ring.at(-1))
    expect(ring[0]?.[0]).toBeCloseTo(106, 9)
    expect(pointAt([106, 38], 90, 1_000)[0]).toBeGreaterThan(106)
  })
})
