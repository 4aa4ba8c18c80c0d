import { describe, expect, it } from 'vitest'

import { areaOf, cornersText, drawn, type Corner } from './outline'

const THREE: Corner[] = [[106, 38], [106.5, 38], [106.5, 38.5]]

describe('an outline by its corners', () => {
  it('closes the ring, and is none with fewer than three', () => {
    expect(areaOf(THREE)).toEqual({ type: 'Polygon', coordinates: [[...THREE, [106, 38]]] })
    expect(areaOf(THREE.slice(0, 2))).toBeNull()
  })

  it('shows a line until it encloses something', () => {
    expect(drawn(THREE.slice(0, 2)).features.map(({ geometry }) => geometry.type)).toEqual(['LineString', 'Point', 'Point'])
    expect(drawn(THREE).features[0]?.geometry.type).toBe('Polygon')
    expect(drawn([]).features).toEqual([])
  })

  it('is written and read as the same corners, and says what is none', () => {
    expect(cornersText.read(cornersText.write(THREE))).toEqual(THREE)
    expect(cornersText.read('106.1，38.2\n\n106.2 38.3')).toEqual([[106.1, 38.2], [106.2, 38.3]])
    for (const wrong of ['106.1', '106, 38, 1', '38, 106', 'a, b']) expect(cornersText.read(wrong)).toBeNull()
  })
})
