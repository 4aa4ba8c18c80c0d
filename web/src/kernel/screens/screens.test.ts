import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'

import type { FollowingScreen, ScreenShown } from '@/api/screens'
import type { FromHub } from '@/live/frames'
import { useLiveStore } from '@/live/liveStore'

import { useScreenStore } from './screenStore'
import { useFollowing } from './useFollowing'
import { PAUSE_MS, useLeading } from './useLeading'

const server = vi.hoisted(() => ({ told: [] as unknown[], isAway: false }))
vi.mock('@/api/screens', () => ({
  showOnScreens: (shown: unknown) => {
    if (server.isAway) return Promise.reject(new Error('away'))
    server.told.push(shown)
    return Promise.resolve({ screens: 1 })
  },
}))

const screen = (id: string) => ({ id, version: 1, name: 'YRAMEK' }) as FollowingScreen
const at = (zoom: number): ScreenShown => ({ subject: null, view: { lon: 106, lat: 38, zoom, bearing: 0 }, layers: [], played: null, beside: null })
const zooms = () => server.told.map((one) => (one as ScreenShown).view?.zoom)

let scope: EffectScope
let hear: (message: FromHub) => void = () => undefined

beforeEach(() => {
  setActivePinia(createPinia())
  vi.useFakeTimers()
  server.told = []
  server.isAway = false
  scope = effectScope()
  useLiveStore().start((listen) => {
    hear = listen
    return { post: () => undefined, close: () => undefined }
  })
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

describe('a desk that leads screens', () => {
  function lead() {
    const zoom = ref(5)
    scope.run(() => useLeading(() => at(zoom.value)))
    return { zoom, screens: useScreenStore() }
  }

  it('tells nobody while nobody follows', async () => {
    const { zoom } = lead()
    zoom.value = 6
    await vi.advanceTimersByTimeAsync(1_000)
    expect(server.told).toEqual([])
  })

  it('tells a new screen what it shows, without a touch', async () => {
    const { screens } = lead()
    screens.leading = [screen('a')]
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(zooms()).toEqual([5])
    screens.leading = [screen('a'), screen('b')]
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(zooms()).toEqual([5, 5])
  })

  it('says no more than four things a second, and always the last', async () => {
    const { zoom, screens } = lead()
    screens.leading = [screen('a')]
    for (let step = 0; step < 100; step++) {
      zoom.value += 0.1
      await vi.advanceTimersByTimeAsync(10)
    }
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(server.told.length).toBeLessThanOrEqual(5)
    expect(zooms().at(-1)).toBe(zoom.value)
  })

  it('says again what did not arrive, and when the stream is another', async () => {
    const { screens } = lead()
    server.isAway = true
    screens.leading = [screen('a')]
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    server.isAway = false
    await vi.advanceTimersByTimeAsync(2_500)
    expect(zooms()).toEqual([5])
    hear({ kind: 'link', state: 'retrying' })
    await nextTick()
    hear({ kind: 'link', state: 'open' })
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    expect(zooms()).toEqual([5, 5])
  })
})

describe('a screen that follows', () => {
  const say = (id: string, n: number, zoom: number) => hear({ kind: 'frame', frame: { event: 'screen', data: { screen: id, n, shown: at(zoom) } } })

  function follow() {
    const seen: (number | undefined)[] = []
    scope.run(() => useFollowing((shown) => seen.push(shown.view?.zoom)))
    return { seen, screens: useScreenStore() }
  }

  it('shows the latest word and never an earlier one', () => {
    const { seen, screens } = follow()
    screens.following = screen('a')
    say('a', 1, 5)
    say('a', 3, 7)
    say('a', 2, 6)
    expect(seen).toEqual([5, 7])
  })

  it('keeps a word that comes before it knows who leads', async () => {
    const { seen, screens } = follow()
    say('a', 1, 5)
    expect(seen).toEqual([])
    screens.following = screen('a')
    await nextTick()
    expect(seen).toEqual([5])
  })

  it('takes nothing from whoever does not lead it any more', async () => {
    const { seen, screens } = follow()
    screens.following = null
    say('a', 1, 5)
    screens.following = screen('b')
    await nextTick()
    expect(seen).toEqual([])
  })
})
