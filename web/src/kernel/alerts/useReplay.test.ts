import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'

import { useTimeStore, type Played } from '@/live/timeStore'

import { useReplay } from './useReplay'

const server = vi.hoisted(() => ({ waiting: [] as ((answer: unknown) => void)[], refusals: [] as ((cause: unknown) => void)[], told: [] as unknown[] }))
vi.mock('@/api/alerts', () => ({
  readAlarmStates: () => Promise.resolve({ states: [] }),
  listOpenAlarms: () => Promise.resolve({ items: [], next: null }),
  readReplay: () => new Promise((done, refuse) => {
    server.waiting.push(done)
    server.refusals.push(refuse)
  }),
}))
vi.stubGlobal('BroadcastChannel', class {
  onmessage = null
  postMessage = (message: unknown) => void server.told.push(message)
  close = () => undefined
})

const EMPTY = { open: [], changes: [] }
const played = (at: number): Played => ({ from: 1_000, to: 9_000, at })
let scope: EffectScope

function replay() {
  scope = effectScope()
  return scope.run(useReplay) as ReturnType<typeof useReplay>
}

beforeEach(() => {
  setActivePinia(createPinia())
  server.waiting = []
  server.refusals = []
  server.told = []
})
afterEach(() => scope.stop())

describe('a stretch that another screen plays', () => {
  it('is read once, however many moments come meanwhile, and then shows the last of them', async () => {
    const { time, isPlaying } = replay()
    for (const at of [2_000, 3_000, 4_000]) {
      time.played = played(at)
      await flushPromises()
    }
    expect(server.waiting.length).toBe(1)
    server.waiting[0]?.(EMPTY)
    await flushPromises()
    expect([time.at, isPlaying.value]).toEqual([4_000, false])
    // nobody but who plays says which moment it is
    expect(time.played).toEqual(played(4_000))
  })

  it('is not asked for with every moment once it was refused', async () => {
    const { time, error } = replay()
    time.played = played(2_000)
    await flushPromises()
    server.refusals[0]?.(new Error('away'))
    await flushPromises()
    time.played = played(3_000)
    await flushPromises()
    expect([server.waiting.length, error.value, time.at]).toEqual([1, new Error('away'), null])
    time.played = { from: 2_000, to: 9_000, at: 3_000 }
    await flushPromises()
    expect(server.waiting.length).toBe(2)
  })

  it('is shown by a page that comes later, and left behind by one that goes', async () => {
    useTimeStore().played = played(2_000)
    const { time } = replay()
    server.waiting[0]?.(EMPTY)
    await flushPromises()
    expect(time.at).toBe(2_000)
    const before = server.told.length
    scope.stop()
    expect([time.at, time.played, server.told.length]).toEqual([null, null, before])
  })
})
