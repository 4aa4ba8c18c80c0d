import { describe, expect, it } from 'vitest'

import type { SubjectFeature } from '@/kernel/subjects/subjectStore'

import { cellOf, paintedAt } from './tileCells'

const feature = (id: string, lon: number, lat: number): SubjectFeature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [lon, lat] },
  properties: { id, name: id, name_en: '', kind: 'tank', parent_id: null, status: 'active' },
})

describe('the cells of tiles', () => {
  it('are those of the pyramid, four levels below the tile', () => {
    // the middle of the world, and a corner of each quarter of it
    expect(cellOf([0, 0], 0, 16)).toBe('4/8/8')
    expect(cellOf([-180, 85.05], 0, 16)).toBe('4/0/0')
    expect(cellOf([179.9, -85.05], 0, 16)).toBe('4/15/15')
    // 宁东 lies in tile 10/815/394 (OpenStreetMap's numbering), so its cell at zoom 6 does
    expect(cellOf([106.6, 38.1], 6.7, 16)).toBe('10/815/394')
    expect(cellOf([106.6, 38.1], 19, 16).split('/')[0]).toBe('20')
  })

  it('show the worst of what stands in them, each subject itself besides', () => {
    const byId = new Map([feature('A', 106.6, 38.1), feature('B', 106.6001, 38.1), feature('C', 107.9, 38.1)].map((one) => [one.properties.id, one]))
    const states = new Map([
      ['A', { priority: 3 as const, count: 1, unanswered: false, offline: true }],
      ['B', { priority: 1 as const, count: 2, unanswered: true, offline: false }],
      ['C', { priority: 4 as const, count: 1, unanswered: false, offline: true }],
      ['unknown', { priority: 2 as const, count: 1, unanswered: true, offline: false }],
    ])
    const painted = paintedAt(states, byId, 8, 16)
    expect(painted.get(cellOf([106.6, 38.1], 8, 16))).toEqual({ p: 1, unanswered: true, offline: false })
    expect(painted.get(cellOf([107.9, 38.1], 8, 16))).toEqual({ p: 4, unanswered: false, offline: true })
    expect(painted.get('unknown')).toEqual({ p: 2, unanswered: true, offline: false })
    expect(painted.size).toBe(6)
  })
})
