import { describe, expect, it } from 'vitest'

import type { SubjectDetail } from '@/api/types'

import { patchOf, saidOf, siteOf, subjectOf, wrongWithSaid } from './subjectForm'

const STOOD = { id: 'T', version: 3, kind: 'tank', name: 'T101', name_en: '', code: 'T101', status: 'active', lon: 106.6, lat: 38.1, attributes: { volume_m3: 5 } } as unknown as SubjectDetail

describe('what a form says of a subject', () => {
  it('names the boxes that are missing: those of a site are others', () => {
    expect(wrongWithSaid(saidOf(), false)).toEqual({ kind: 'missing', parent_id: 'missing', name: 'missing' })
    expect(wrongWithSaid({ ...saidOf(), kind: 'enterprise', name: '厂', code: 'a b' }, false)).toEqual({ organisation_id: 'missing', division: 'missing', code: 'code' })
    expect(wrongWithSaid({ ...saidOf(STOOD), name: ' ' }, true)).toEqual({ name: 'missing' })
  })

  it('takes longitude and latitude together, and on this earth', () => {
    expect(wrongWithSaid({ ...saidOf(STOOD), lat: '' }, true)).toEqual({ lat: 'missing' })
    expect(wrongWithSaid({ ...saidOf(STOOD), lon: '1O6', lat: '98' }, true)).toEqual({ lon: 'float_parsing', lat: 'place' })
  })

  it('sends only what differs', () => {
    expect(patchOf({ ...saidOf(STOOD), name: '甲醇罐', lat: '38.2' }, { volume_m3: 5 }, STOOD)).toEqual({ name: '甲醇罐', lon: 106.6, lat: 38.2 })
    expect(patchOf({ ...saidOf(STOOD), status: 'retired' }, { volume_m3: 6 }, STOOD)).toEqual({ status: 'retired', attributes: { volume_m3: 6 } })
    expect(patchOf(saidOf(STOOD), { volume_m3: 5 }, STOOD)).toEqual({})
  })

  it('makes a site of its own, or something below another', () => {
    const said = { ...saidOf(undefined, 'P'), name: ' 厂区 ', code: 'x1', division: '640181', zone: '7', organisation_id: 'O', kind: 'enterprise' }
    expect(siteOf(said)).toEqual({ organisation_id: 'O', name: '厂区', name_en: '', code: 'x1', division: '640181', zone: 7 })
    expect(subjectOf({ ...said, kind: 'tank', lon: '106.5', lat: '38' }, {})).toEqual({ kind: 'tank', parent_id: 'P', name: '厂区', name_en: '', code: 'x1', lon: 106.5, lat: 38, attributes: {} })
  })
})
