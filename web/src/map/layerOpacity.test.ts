import { describe, expect, it } from 'vitest'

import { fade, times } from './layerOpacity'

describe('the opacity of a layer of the tree', () => {
  it('multiplies what its layers have by themselves', () => {
    expect(times(undefined, 0.5)).toBe(0.5)
    expect(times(0.6, 0.5)).toBeCloseTo(0.3)
    expect(times(['case', ['boolean', ['feature-state', 'on'], false], 1, 0], 0.5)).toEqual(['*', 0.5, ['case', ['boolean', ['feature-state', 'on'], false], 1, 0]])
  })

  it('leaves the zoom outermost, where MapLibre wants it', () => {
    expect(times(['interpolate', ['linear'], ['zoom'], 8, 0, 12, 0.8], 0.5)).toEqual(['interpolate', ['linear'], ['zoom'], 8, 0, 12, 0.4])
    expect(times(['step', ['zoom'], 0.2, 10, 1], 0.5)).toEqual(['step', ['zoom'], 0.1, 10, 0.5])
  })

  it('reaches text, lines, fills and circles, each by its own names, and no layer that is gone', () => {
    const set: [string, string, unknown][] = []
    const map = {
      getLayer: (id: string) => (id === 'gone' ? undefined : {}),
      setPaintProperty: (id: string, name: string, value: unknown) => set.push([id, name, value]),
    }
    const layers = [
      { id: 'a', type: 'circle', paint: { 'circle-opacity': 0.4 } }, { id: 'b', type: 'symbol' }, { id: 'gone', type: 'line' },
    ] as const
    fade(map as never, layers as never, 0.5)
    expect(set).toEqual([['a', 'circle-opacity', 0.2], ['a', 'circle-stroke-opacity', 0.5], ['b', 'text-opacity', 0.5], ['b', 'icon-opacity', 0.5]])
  })
})
