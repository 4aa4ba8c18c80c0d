import type { Map as MapLibre } from 'maplibre-gl'
import { beforeEach, expect, it, vi } from 'vitest'

import { whenDrawn } from './whenDrawn'

/** A map as far as it is asked. */
function blank() {
  const heard = new Map<string, Set<() => void>>()
  const on = (name: string, hear: () => void) => void heard.set(name, (heard.get(name) ?? new Set()).add(hear))
  const off = (name: string, hear: () => void) => void heard.get(name)?.delete(hear)
  const once = (name: string, hear: () => void) => {
    const first = () => {
      off(name, first)
      hear()
    }
    on(name, first)
  }
  const state = { isLoaded: true }
  const say = (name: string) => [...(heard.get(name) ?? [])].forEach((hear) => hear())
  return { map: { on, off, once, loaded: () => state.isLoaded, areTilesLoaded: () => state.isLoaded } as unknown as MapLibre, say, state, heard }
}

beforeEach(() => vi.useFakeTimers())

it('a layer that comes late is waited for', () => {
  const { map, say } = blank()
  const drawn = vi.fn()
  whenDrawn(map, drawn)
  vi.advanceTimersByTime(900)
  say('styledata')
  vi.advanceTimersByTime(900)
  expect(drawn).not.toHaveBeenCalled()
  vi.advanceTimersByTime(100)
  expect(drawn).toHaveBeenCalledOnce()
  say('styledata')
  vi.advanceTimersByTime(5_000)
  expect(drawn).toHaveBeenCalledOnce()
})

it('tiles on their way are waited for, and a map that goes says nothing more', () => {
  const { map, say, state } = blank()
  const drawn = vi.fn()
  state.isLoaded = false
  whenDrawn(map, drawn)
  vi.advanceTimersByTime(10_000)
  expect(drawn).not.toHaveBeenCalled()
  state.isLoaded = true
  say('idle')
  say('remove')
  vi.advanceTimersByTime(10_000)
  expect(drawn).not.toHaveBeenCalled()
})
