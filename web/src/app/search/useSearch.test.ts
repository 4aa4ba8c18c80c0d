import { describe, expect, it } from 'vitest'

import { hitsOf, type Words } from './useSearch'

const words: Words = { name: (zh) => zh, kind: (kind) => kind, condition: (condition) => condition }
const subject = { id: 'S1', name: '宁东一号储罐', name_en: '', code: 'T-1', hint: '储罐 · 甲公司', hint_en: '', lon: 106.5, lat: 38.1 }
const place = { id: 'P1', kind: 'division' as const, name: '宁东镇', name_en: '', code: '640181103', lon: 106.6, lat: 38.2 }

describe('what was found', () => {
  it('stands in the order of the groups, each with where it leads', () => {
    const alarm = { id: 'A1', subject_id: 'S1', subject_name: '宁东一号储罐', subject_name_en: '', datastream_name: '液位', datastream_name_en: '', condition: 'HH', priority: 1, raised_at: '2026-08-01T00:00:00Z' }
    const person = { id: 'U1', name: '王 芳', username: 'wang&fang', hint: 'wang&fang' }
    const page = { key: 'monitor', name: '报警监测', name_en: 'Alarms', path: '/monitor' }
    const hits = hitsOf({ subjects: [subject], alarms: [alarm], places: [place] }, { people: [person], pages: [page] }, words)
    expect(hits.map((hit) => [hit.group, hit.to])).toEqual([
      ['subjects', '/subjects/S1'],
      ['alarms', '/monitor?alarm=A1'],
      ['places', '/?at=106.60000,38.20000'],
      ['people', '/people?q=wang%26fang'],
      ['pages', '/monitor'],
    ])
    expect(hits[0]?.hint).toBe('T-1 · 储罐 · 甲公司')
  })

  it('leaves out a place without an outline: nothing could be shown of it', () => {
    const hits = hitsOf({ subjects: [], alarms: [], places: [{ ...place, lon: null, lat: null }] }, { people: [], pages: [] }, words)
    expect(hits).toEqual([])
  })
})
