import { describe, expect, it } from 'vitest'

import type { PlantTag, PlantTemplate } from '@/api/plants'

import { found, limitsText, totals } from './plants'

const tag = (name: string, name_en: string, limits: PlantTag['limits'] = {}, unit = '%LEL'): PlantTag => ({
  key: 'GA', name, name_en, property: 'combustible_gas', unit, resolution: 0.1, basis: null, limits,
})
const PLANTS: PlantTemplate[] = [
  { code: 'tank', title: '储罐', title_en: 'Tank', kind: 'tank', tags: [tag('液位', 'Level'), tag('温度', 'Temperature')] },
  { code: 'gas', title: '气体探测器', title_en: 'Gas detector', kind: 'gas_detector', tags: [tag('可燃气体', 'Combustible gas')] },
]

describe('templates of installations', () => {
  it('finds by the title or by a tag, in either language', () => {
    expect(found(PLANTS, ' 液位').map(({ code }) => code)).toEqual(['tank'])
    expect(found(PLANTS, 'GAS').map(({ code }) => code)).toEqual(['gas'])
    expect(found(PLANTS, '')).toHaveLength(2)
    expect(found(PLANTS, '尾矿')).toEqual([])
  })

  it('counts installations and tags; an empty box is none', () => {
    expect(totals(PLANTS, { tank: 3, gas: null })).toEqual({ plants: 3, tags: 6 })
  })

  it('says limits with their unit, and whose a missing figure is', () => {
    expect(limitsText(tag('', '', { HH: 50, H: null }), '按设计')).toBe('HH 50 %LEL · H 按设计')
    expect(limitsText(tag('', '', { H: 0.5 }, '1'), '按设计')).toBe('H 0.5')
  })
})
