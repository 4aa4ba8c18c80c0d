import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { readMapLayer } from '@/api/maps'
import { listSubjects, readSubjectsOnMap } from '@/api/subjects'

import { MOST_LISTED, useSubjectStore } from './subjectStore'

vi.mock('@/api/maps', () => ({ readMapLayer: vi.fn() }))
vi.mock('@/api/subjects', () => ({ listSubjects: vi.fn(), readSubjectsOnMap: vi.fn() }))

const layer = (count: number, version = 1) => ({ layer: 'subjects', version, digest: 'd', count, tiles: `/tiles/subjects/${version}/d/{z}/{x}/{y}.mvt`, points_zoom: 12, most_zoom: 16 })
const row = (id: string, lon: number | null) => ({ id, name: `罐 ${id}`, name_en: '', kind: 'tank', parent_id: null, status: 'active', lon, lat: lon === null ? null : 38 })

function answer(rows: ReturnType<typeof row>[]): void {
  vi.mocked(listSubjects).mockResolvedValue({ items: rows, next: null, count: rows.length, count_capped: false } as unknown as Awaited<ReturnType<typeof listSubjects>>)
}

describe('the placed subjects', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.clearAllMocks()
    vi.mocked(readSubjectsOnMap).mockResolvedValue({ type: 'FeatureCollection', features: [{ type: 'Feature', geometry: { type: 'Point', coordinates: [106, 38] }, properties: { id: 'A', name: 'A', name_en: '' } }] })
  })

  it('come whole while they are few, and nothing is asked one by one', async () => {
    vi.mocked(readMapLayer).mockResolvedValue(layer(MOST_LISTED))
    const store = useSubjectStore()
    await store.load()
    await store.know(['X'])
    expect([store.tiles, store.count, store.byId.has('A')]).toEqual([null, 1, true])
    expect(listSubjects).not.toHaveBeenCalled()
  })

  it('are drawn from tiles where they are many; those that matter are asked for once', async () => {
    vi.mocked(readMapLayer).mockResolvedValue(layer(MOST_LISTED + 1))
    answer([row('X', 106.6), row('unplaced', null)])
    const store = useSubjectStore()
    await store.load()
    expect(readSubjectsOnMap).not.toHaveBeenCalled()
    expect(store.count).toBe(MOST_LISTED + 1)
    await store.know(['X', 'unplaced'])
    await store.know(['X', 'unplaced'])
    expect(vi.mocked(listSubjects).mock.calls).toEqual([[{ filter: ['id.in:X,unplaced'], limit: 100 }]])
    expect([...store.byId.keys()]).toEqual(['X'])
    expect(store.search('罐 x').map((one) => one.properties.id)).toEqual(['X'])
  })

  it('are drawn anew when their version has changed, and only then', async () => {
    vi.mocked(readMapLayer).mockResolvedValue(layer(MOST_LISTED + 1))
    const store = useSubjectStore()
    await store.load()
    const before = store.tiles
    await store.refreshTiles()
    expect(store.tiles).toBe(before)
    vi.mocked(readMapLayer).mockResolvedValue(layer(MOST_LISTED + 1, 2))
    await store.refreshTiles()
    expect(store.tiles?.version).toBe(2)
    vi.mocked(readMapLayer).mockRejectedValue(new Error('away'))
    await store.refreshTiles()
    expect(store.tiles?.version).toBe(2)
  })
})
