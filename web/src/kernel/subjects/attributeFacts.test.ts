import { describe, expect, it } from 'vitest'
import { attributeFacts } from './attributeFacts'

const subject = {
  attributes: { roof: '浮顶', volume_m3: 500, substances: ['甲醇', '水'], is_new: true, other: null },
  schema: {
    properties: {
      roof: { title: '罐顶', title_en: 'Roof', enum: ['固定顶', '浮顶'], enum_en: ['fixed', 'floating'] },
      volume_m3: { title: '容积', unit: 'm³' },
    },
  },
}
const inChinese = (zh: string) => zh
const inEnglish = (_zh: string, en: string) => en

describe('the attributes of a subject', () => {
  it('say titles, words and lists in Chinese', () => {
    expect(attributeFacts(subject, inChinese)).toEqual([
      { label: '罐顶', value: '浮顶' },
      { label: '容积', value: '500 m³' },
      { label: 'substances', value: '甲醇、水' },
      { label: 'is_new', value: '✓' },
      { label: 'other', value: '' },
    ])
  })
  it('say them in English where the schema does, and what a firm wrote as it wrote it', () => {
    expect(attributeFacts(subject, inEnglish)).toEqual([
      { label: 'Roof', value: 'floating' },
      { label: 'volume m3', value: '500 m³' },
      { label: 'substances', value: '甲醇, 水' },
      { label: 'is new', value: '✓' },
      { label: 'other', value: '' },
    ])
  })
})
