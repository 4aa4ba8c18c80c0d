import type { Map as MapLibre } from 'maplibre-gl'
import { beforeEach, expect, it, vi } from 'vitest'

import { whenDrawn } from './whenDrawn'

/** A map as far as it is asked. */
function blank() {
  const state = { isLoaded: true, layers: ['sky'] }
  let gone = (): void => undefined
  const map = {
    getLayersOrder: () => state.layers,
    loaded: () => state.isLoaded,
    areTilesLoaded: () => state.isLoaded,
    once: (_: 'remove', hear: () => void) => void (gone = hear),
  }
  return { map: map as unknown as MapLibre, state, remove: () => gone() }
}

beforeEach(() => vi.useFakeTimers())

it('a layer that comes late is waited for', () => {
  const { map, state } = blank()
  const drawn = vi.fn()
  whenDrawn(map, drawn)
  vi.advanceTimersByTime(1_500)
  state.layers = ['sky', 'roads']
  vi.advanceTimersByTime(2_000)
  expect(drawn).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1_000)
  expect(drawn).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(5_000)
  expect(drawn).toHaveBeenCalledOnce()
})

it('tiles on their way are waited for, and a map that goes says nothing more', () => {
  const { map, state, remove } = blank()
  const drawn = vi.fn()
  state.isLoaded = false
  whenDrawn(map, drawn)
  vi.advanceTimersByTime(10_000)
  expect(drawn).not.toHaveBeenCalled()
  remove()
  state.isLoaded = true
  vi.advanceTimersByTime(10_000)
  expect(drawn).not.toHaveBeenCalled()
})
