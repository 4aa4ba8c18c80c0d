import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'

import { MOST_STOPS, useTour } from './useTour'

describe('the tour of the wall', () => {
  const enabled = ref(true)
  const seen: (string | null)[] = []
  let stops: string[] = []

  function begin() {
    return mount(
      defineComponent({
        setup() {
          useTour({ enabled, stops: () => stops, show: (id) => seen.push(id), restMs: 1_000, stopMs: 100 })
          return () => h('div')
        },
      }),
    )
  }

  beforeEach(() => {
    vi.useFakeTimers()
    seen.length = 0
    stops = ['a', 'b']
    enabled.value = true
  })
  afterEach(() => vi.useRealTimers())

  it('waits until nobody touches the wall, then goes from stop to stop and back to the whole', async () => {
    const wall = begin()
    await vi.advanceTimersByTimeAsync(900)
    expect(seen).toEqual([])
    await vi.advanceTimersByTimeAsync(150)
    expect(seen).toEqual([null])
    await vi.advanceTimersByTimeAsync(410)
    expect(seen).toEqual([null, 'a', 'b', null, 'a'])
    wall.unmount()
  })

  it('stops at the first touch', async () => {
    const wall = begin()
    await vi.advanceTimersByTimeAsync(1_250)
    window.dispatchEvent(new Event('mousemove'))
    await nextTick()
    const before = [...seen]
    await vi.advanceTimersByTimeAsync(500)
    expect(seen).toEqual(before)
    wall.unmount()
  })

  it('does not begin where it is switched off', async () => {
    enabled.value = false
    const wall = begin()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(seen).toEqual([])
    wall.unmount()
  })

  it('goes on with what stands then: a subject that is well again is passed over, and a crowd is cut', async () => {
    stops = Array.from({ length: 40 }, (_, n) => String(n))
    const wall = begin()
    await vi.advanceTimersByTimeAsync(1_050 + 100 * (MOST_STOPS + 1))
    expect(new Set(seen).size).toBe(MOST_STOPS + 1)
    stops = []
    await vi.advanceTimersByTimeAsync(200)
    expect(seen.at(-1)).toBeNull()
    wall.unmount()
  })
})
