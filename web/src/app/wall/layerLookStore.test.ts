import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { LayerSets } from '@/api/layerSets'

import { useLayerLookStore } from './layerLookStore'

const server = vi.hoisted(() => ({ kept: { sets: [], opens_with: '' } as LayerSets, isAway: false }))
vi.mock('@/api/layerSets', () => ({
  readLayerSets: () => (server.isAway ? Promise.reject(new Error('away')) : Promise.resolve(server.kept)),
  keepLayerSets: (said: LayerSets) => Promise.resolve((server.kept = said)),
}))
const SHIPPED = [{ key: 'subjects', is_visible: true }, { key: 'settlements', is_visible: false }]

beforeEach(() => {
  setActivePinia(createPinia())
  server.kept = { sets: [], opens_with: '' }
  server.isAway = false
})

describe('how the layers stand', () => {
  it('is as shipped until one has said otherwise, also while the server is away', async () => {
    server.isAway = true
    const store = useLayerLookStore()
    await store.begin(SHIPPED)
    expect([store.look('subjects').isVisible, store.look('settlements').isVisible, store.chosen]).toEqual([true, false, ''])
  })

  it('is kept under a name and comes back by it, with what has been added since as it ships', async () => {
    const store = useLayerLookStore()
    await store.begin(SHIPPED)
    store.put('settlements', { isVisible: true, opacity: 0.4 })
    expect(store.chosen).toBeNull()
    await store.save(' 夜班 ')
    expect(server.kept.sets?.[0]).toEqual({ name: '夜班', layers: [{ key: 'subjects', is_visible: true, opacity: 1 }, { key: 'settlements', is_visible: true, opacity: 0.4 }] })
    await store.openWith('夜班')

    setActivePinia(createPinia())
    const later = useLayerLookStore()
    await later.begin([...SHIPPED, { key: 'sketches', is_visible: true }])
    expect(later.chosen).toBe('夜班')
    expect(later.look('settlements')).toEqual({ isVisible: true, opacity: 0.4 })
    expect(later.look('sketches')).toEqual({ isVisible: true, opacity: 1 })
  })

  it('a set that is let go is not opened with any more', async () => {
    const store = useLayerLookStore()
    await store.begin(SHIPPED)
    await store.save('夜班')
    await store.openWith('夜班')
    await store.forget('夜班')
    expect(server.kept).toEqual({ sets: [], opens_with: '' })
    expect(store.chosen).toBeNull()
  })

  it('takes layers that are known later as the set has them, before or after the sets are read', async () => {
    server.kept = { sets: [{ name: '夜班', layers: [{ key: 'service-img', is_visible: false, opacity: 0.5 }] }], opens_with: '夜班' }
    const later = [{ key: 'service-img', is_visible: true }]
    const store = useLayerLookStore()
    const reading = store.begin(SHIPPED)
    store.also(later)
    await reading
    expect(store.look('service-img')).toEqual({ isVisible: false, opacity: 0.5 })
    setActivePinia(createPinia())
    const other = useLayerLookStore()
    await other.begin(SHIPPED)
    other.put('subjects', { isVisible: false })
    other.also(later)
    other.also(later)
    expect(() => structuredClone(other.looks), 'other windows are sent it').not.toThrow()
    expect(other.look('service-img')).toEqual({ isVisible: false, opacity: 0.5 })
    expect(other.look('subjects').isVisible, 'what was changed by hand stays').toBe(false)
  })
})
