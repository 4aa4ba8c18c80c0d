import { describe, expect, it } from 'vitest'

import { fieldsOf } from './kindFields'

describe('the fields of a kind', () => {
  it('say title, type, unit, bounds and whether they must be given', () => {
    const schema = {
      type: 'object',
      required: ['volume_m3'],
      properties: { volume_m3: { type: 'number', title: '容积', unit: 'm³', minimum: 0 }, roof: { type: ['string', 'null'], enum: ['固定顶', '浮顶'], enum_en: ['fixed', 'floating'] } },
    }
    expect(fieldsOf({ schema_: schema })).toEqual([
      { key: 'volume_m3', title: '容积', titleEn: 'volume m3', types: ['number'], unit: 'm³', bounds: '≥ 0', boundsEn: '≥ 0', isNeeded: true },
      { key: 'roof', title: 'roof', titleEn: 'roof', types: ['string', 'null'], unit: '', bounds: '固定顶、浮顶', boundsEn: 'fixed, floating', isNeeded: false },
    ])
  })

  it('are none where a kind asks for nothing', () => {
    expect(fieldsOf({ schema_: { type: 'object' } })).toEqual([])
  })
})
