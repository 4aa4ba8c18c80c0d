import { describe, expect, it } from 'vitest'

import { attributesOf, boxesOf, typedOf, wrongBoxes } from './attributeForm'

const SCHEMA = {
  type: 'object',
  required: ['medium'],
  properties: {
    medium: { type: 'string', enum: ['甲醇', '汽油'], enum_en: ['methanol', 'petrol'] },
    volume_m3: { type: 'number', unit: 'm³' },
    is_floating: { type: 'boolean' },
    owner: { type: ['string', 'null'] },
    levels: { type: 'array' },
  },
}
const boxes = boxesOf(SCHEMA)

describe('boxes of attributes', () => {
  it('are made for what a line can hold, and say which must be filled', () => {
    expect(boxes.map(({ key, kind, isNeeded }) => [key, kind, isNeeded])).toEqual([
      ['medium', 'choice', true],
      ['volume_m3', 'number', false],
      ['is_floating', 'truth', false],
      ['owner', 'text', false],
    ])
  })

  it('go to the form and back as they were, also what has no box', () => {
    const stood = { medium: '甲醇', volume_m3: 2000.5, is_floating: false, owner: '一车间', levels: [1, 2] }
    expect(attributesOf(boxes, typedOf(boxes, stood), stood)).toEqual(stood)
  })

  it('take away what is emptied', () => {
    const stood = { medium: '甲醇', volume_m3: 2000, levels: [1] }
    expect(attributesOf(boxes, { ...typedOf(boxes, stood), volume_m3: ' ' }, stood)).toEqual({ medium: '甲醇', levels: [1] })
  })

  it('say what is missing and what is no number', () => {
    expect(wrongBoxes(boxes, { medium: '', volume_m3: '11,75', is_floating: '', owner: '' })).toEqual({ medium: 'missing', volume_m3: 'float_parsing' })
    expect(wrongBoxes(boxes, { medium: '汽油', volume_m3: '1,175', is_floating: '', owner: '' })).toEqual({})
  })
})
