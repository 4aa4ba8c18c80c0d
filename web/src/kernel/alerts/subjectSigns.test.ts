import { describe, expect, it } from 'vitest'

import type { SubjectFeature } from '@/kernel/subjects/subjectStore'

import { rollUp, worstOf } from './mapState'
import { signsOf } from './subjectSigns'

const feature = (id: string, kind: string, lon: number): SubjectFeature => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [lon, 38] },
  properties: { id, name: id, name_en: `${id} works`, kind, parent_id: kind === 'enterprise' ? null : 'F', status: 'active' },
})
const firm = feature('F', 'enterprise', 106.6)
const tanks = ['T1', 'T2', 'T3'].map((id, n) => feature(id, 'tank', 106.61 + n * 0.0002))

describe('the signs of subjects', () => {
  it('are those of firms while the map is far', () => {
    expect(signsOf([firm, ...tanks], 9, null).collection.features.map((one) => one.properties?.id)).toEqual(['F'])
  })

  it('hold crowded tanks together, with their number, and show the worst of them', () => {
    const { clusters, collection } = signsOf([firm, ...tanks], 13, null)
    expect([...clusters.values()]).toEqual([['T1', 'T2', 'T3']])
    expect(collection.features.map((one) => one.properties?.count ?? 1)).toEqual([1, 3])
    const states = new Map([
      ['T1', { priority: 4 as const, count: 1, unanswered: false, offline: true }],
      ['T3', { priority: 1 as const, count: 1, unanswered: true, offline: false }],
    ])
    expect(worstOf(['T1', 'T2', 'T3'], rollUp(states, (id) => [id]))).toEqual({ p: 1, unanswered: true, offline: false })
    expect(worstOf(['T2'], rollUp(states, (id) => [id]))).toBeNull()
  })

  it('stand under the name of the firm that they are close to', () => {
    const [sign] = signsOf([firm, ...tanks, feature('T9', 'tank', 106.6001)], 12, null).collection.features
    expect(sign?.properties).toMatchObject({ name: 'F', name_en: 'F works', kind: 'enterprise', count: 2 })
  })

  it('say of how many other firms they are, so that nobody takes one for the one in alarm', () => {
    const [sign] = signsOf([firm, feature('G', 'enterprise', 106.6001), feature('H', 'enterprise', 106.6002)], 9, null).collection.features
    expect(sign?.properties).toMatchObject({ name: 'F +2', name_en: 'F works +2', count: 3 })
  })

  it('leave the selected one by itself', () => {
    expect([...signsOf([firm, ...tanks], 13, 'T2').clusters.values()]).toEqual([['T1', 'T3']])
  })
})
