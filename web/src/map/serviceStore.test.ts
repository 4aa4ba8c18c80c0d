import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { MapService } from '@/api/mapServices'

import { useServiceStore } from './serviceStore'

const server = vi.hoisted(() => ({ items: [] as unknown[], isAway: false }))
vi.mock('@/api/mapServices', () => ({
  readMapServices: () => (server.isAway ? Promise.reject(new Error('away')) : Promise.resolve(server.items)),
}))
const IMG = { id: 'img', role: 'ground' } as MapService
const NAMES = { id: 'names', role: 'overlay' } as MapService

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 })
  setActivePinia(createPinia())
  server.items = [IMG, NAMES]
  server.isAway = false
})
afterEach(() => vi.useRealTimers())

async function shown() {
  const store = useServiceStore()
  await store.load()
  store.begin('img')
  store.worked('img', '')
  return store
}

it('has none where our server cannot say which there are', async () => {
  server.isAway = true
  expect(await useServiceStore().load()).toEqual([])
})

it('gives the ground away only once something of it has come', async () => {
  const store = useServiceStore()
  await store.load()
  store.begin('img')
  expect([store.states.img, store.isGroundTheirs]).toEqual(['loading', false])
  store.worked('img', '')
  expect([store.states.img, store.isGroundTheirs]).toEqual(['shown', true])
  store.end('img')
  expect([store.states.img, store.isGroundTheirs]).toEqual([undefined, false])
})

it('never gives it away for an overlay', async () => {
  const store = useServiceStore()
  await store.load()
  store.begin('names')
  store.worked('names', '')
  expect(store.isGroundTheirs).toBe(false)
})

it('takes the ground back at once when it is away, and tries again once', async () => {
  const store = await shown()
  for (let n = 0; n < 20; n += 1) store.failed('img', 30)
  expect([store.isGroundTheirs, store.away, store.isResting('img')]).toEqual([false, [IMG], true])
  store.worked('img', '')
  expect(store.states.img, 'a tile of before says nothing').toBe('away')
  expect(store.tries.img).toBeUndefined()
  vi.advanceTimersByTime(30_000)
  expect([store.tries.img, store.isResting('img')]).toEqual(['31000', false])
  store.worked('img', '')
  expect(store.states.img, 'nor does one out of the browser').toBe('away')
  store.worked('img', '31000')
  expect([store.states.img, store.isGroundTheirs]).toEqual(['shown', true])
})

it('stays away while it fails again', async () => {
  const store = await shown()
  store.failed('img', 30)
  vi.advanceTimersByTime(30_000)
  store.failed('img', 30)
  store.worked('img', '31000')
  expect(store.states.img, 'what our server has kept does not bring it back').toBe('away')
  vi.advanceTimersByTime(30_000)
  store.worked('img', '61000')
  expect(store.states.img).toBe('shown')
})

it('forgets one that was taken off the map', async () => {
  const store = await shown()
  store.failed('img', 30)
  store.end('img')
  store.failed('img', 30)
  vi.advanceTimersByTime(60_000)
  expect([store.away, store.tries]).toEqual([[], {}])
})

it('what two halves of a map show is there until both have let it go', () => {
  const store = useServiceStore()
  store.begin('img')
  store.worked('img', '')
  store.begin('img')
  expect(store.states.img).toBe('shown')
  store.end('img')
  expect(store.states.img).toBe('shown')
  store.end('img')
  expect(store.states.img).toBeUndefined()
})
