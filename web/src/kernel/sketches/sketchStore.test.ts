import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'

import type { SketchFeature } from '@/api/sketches'

import { useSketchStore } from './sketchStore'
import { boxOf, namesOf, shapesOf } from './sketchShapes'

const server = vi.hoisted(() => ({ features: [] as SketchFeature[], reads: 0, told: (() => undefined) as () => void }))
vi.mock('@/api/sketches', () => ({
  readSketches: () => Promise.resolve({ type: 'FeatureCollection', is_whole: true, features: (server.reads++, server.features) }),
  withdrawSketch: (one: SketchFeature) => Promise.resolve({ ...one, properties: { ...one.properties, version: 2 } }),
  restoreSketch: (one: SketchFeature) => Promise.resolve({ ...one, properties: { ...one.properties, version: 3 } }),
}))
vi.mock('@/live/liveStore', () => ({
  useLiveStore: () => ({
    onRows: (_type: string, handle: () => void) => ((server.told = handle), () => (server.told = () => undefined)),
    onReset: () => () => undefined,
  }),
}))

const sketch = (id: string, kind: 'point' | 'circle' = 'point'): SketchFeature => ({
  type: 'Feature', id, geometry: { type: 'Point', coordinates: [106.3, 38.1] },
  properties: {
    id, version: 1, kind, name: `标绘${id}`, note: '', radius_m: kind === 'circle' ? 3_000 : null, author: 'user:1', author_name: '王', organisation_id: '', audience: 'own',
    shared_with: [], shared_until: null, updated_at: '2026-11-30T00:00:00Z', is_mine: true, exercise_id: null,
  },
})

beforeEach(() => {
  setActivePinia(createPinia())
  vi.useFakeTimers()
  server.features = [sketch('A'), sketch('B')]
  server.reads = 0
})

it('is read anew once for many events, and no more once nobody looks', async () => {
  const store = useSketchStore()
  const stop = store.follow()
  await vi.advanceTimersByTimeAsync(0)
  expect(store.features.map(({ id }) => id)).toEqual(['A', 'B'])

  server.features = [sketch('B')]
  for (let n = 0; n < 20; n++) server.told()
  await vi.advanceTimersByTimeAsync(400)
  expect([store.features.map(({ id }) => id), server.reads]).toEqual([['B'], 2])

  stop()
  server.told()
  await vi.advanceTimersByTimeAsync(200_000)
  expect(server.reads).toBe(2)
})

it('what is deleted is gone at once, and an undo has it back', async () => {
  const store = useSketchStore()
  await store.load()
  const gone = await store.withdraw(sketch('A'))
  expect(store.features.map(({ id }) => id)).toEqual(['B'])
  await store.restore(gone)
  expect(store.byId.get('A')?.properties.version).toBe(3)
})

it('a circle is drawn as its ring, with its name in the middle', () => {
  const [ring] = shapesOf([sketch('C', 'circle')]).features
  expect(ring?.geometry.type).toBe('Polygon')
  const [name] = namesOf([sketch('C', 'circle')]).features
  const [lon = 0, lat = 0] = name?.geometry.type === 'Point' ? name.geometry.coordinates : []
  expect([lon, lat].map((one) => one.toFixed(3))).toEqual(['106.300', '38.100'])
  expect(boxOf({ type: 'GeometryCollection', geometries: [] })).toBeNull()
})
