import { describe, expect, it } from 'vitest'

import { cornersOf, geometryOf, isWhole, shownOf, withCorner, type Draft, type DrawKind } from './drawing'

const begun = (kind: DrawKind, radiusM: number | null = null): Draft => ({ kind, corners: [], hover: null, radiusM })
const corners: [number, number][] = [[106, 38], [106.2, 38], [106.2, 38.2]]
const drawn = (kind: DrawKind) => corners.reduce(withCorner, begun(kind))

describe('a shape that is being drawn', () => {
  it('is one as soon as it has its corners', () => {
    expect(isWhole(begun('point'))).toBe(false)
    expect(geometryOf(withCorner(begun('line'), [106, 38]))).toBeNull()
    expect(geometryOf(drawn('line'))).toEqual({ type: 'LineString', coordinates: corners })
    expect(geometryOf(drawn('area'))).toEqual({ type: 'Polygon', coordinates: [[...corners, corners[0]]] })
  })

  it('has one corner where it is a point or a circle: the last click is where it is', () => {
    expect(geometryOf(drawn('point'))).toEqual({ type: 'Point', coordinates: corners[2] })
    expect(geometryOf(drawn('circle'))).toEqual({ type: 'Point', coordinates: corners[2] })
  })

  it('keeps corners to a tenth of a metre', () => {
    expect(withCorner(begun('point'), [106.123456789, 38.987654321]).corners).toEqual([[106.123457, 38.987654]])
  })

  it('shows the pointer as its next corner, and a circle as its ring', () => {
    const [line] = shownOf({ ...withCorner(begun('line'), [106, 38]), hover: [106.1, 38.1] }).features
    expect(line?.geometry).toEqual({ type: 'LineString', coordinates: [[106, 38], [106.1, 38.1]] })
    const [ring] = shownOf({ ...withCorner(begun('circle', 3_000), [106, 38]) }).features
    expect(ring?.geometry.type).toBe('Polygon')
    expect(shownOf(begun('area')).features).toEqual([])
  })
})

it.each(['point', 'line', 'area', 'circle'] as const)('what was drawn as %s is drawn again from its own corners', (kind) => {
  const shape = geometryOf(drawn(kind))
  if (!shape) throw new Error('nothing was drawn')
  expect(geometryOf({ kind, corners: cornersOf(shape) })).toEqual(shape)
})

it('a shape that this hand does not draw has no corners', () => {
  expect(cornersOf({ type: 'MultiPoint', coordinates: [[106, 38]] })).toEqual([])
})
