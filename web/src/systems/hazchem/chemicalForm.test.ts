import { describe, expect, it } from 'vitest'

import { asKept, asSaid, bodyOf, draftOf, formsOf, isCas, wrongWith } from './chemicalForm'

describe('a chemical as a form', () => {
  it('says degC and per cent and keeps K and shares, there and back', () => {
    expect(asSaid('flash_point_k', 284.15)).toBe(11)
    expect(asKept('flash_point_k', 11)).toBe(284.15)
    expect(asSaid('flammable_low', 0.0718)).toBe(7.18)
    expect(asKept('flammable_low', 7.18)).toBe(0.0718)
    expect(asKept('idlh_ppm', 6000)).toBe(6000)
    expect(asKept('flash_point_k', null)).toBeNull()
  })

  it('checks the last digit of a CAS number', () => {
    expect(['67-56-1', '7664-41-7', '7782-50-5', '106-97-8'].every(isCas)).toBe(true)
    expect(['67-56-2', '67-56', '067-56-1', '7664-41-8', ''].some(isCas)).toBe(false)
  })

  it('names what is missing', () => {
    const draft = draftOf(null)
    expect(wrongWith(draft, true)).toEqual({ code: 'ui.invalid.missing', name: 'ui.invalid.missing', reason: 'ui.invalid.missing' })
    const said = { ...draft, name: '甲醇', reason: 'r', cas: '67-56-2', critical_override_t: 10, figures: { ...draft.figures, flammable_low: 40, flammable_high: 7 } }
    expect(wrongWith(said, false)).toEqual({ cas: 'hazchem.wrong.cas', critical_reason: 'ui.invalid.missing', flammable_high: 'hazchem.wrong.crossed' })
  })

  it('sends no source of a figure that is not said', () => {
    const draft = { ...draftOf(null), name: ' 甲醇 ', reason: '登记', aliases: '木醇； 木精;' }
    draft.sources.flash_point_k = 'SDS'
    draft.figures.density_kg_m3 = 791
    draft.sources.density_kg_m3 = 'SDS 9'
    const body = bodyOf(draft)
    expect(body).toMatchObject({ name: '甲醇', aliases: ['木醇', '木精'], flash_point_k: null, density_kg_m3: 791, sources: { density_kg_m3: 'SDS 9' } })
    expect(body).not.toHaveProperty('code')
  })

  it('finds the forms that a number has', () => {
    const row = (number: number, cas: string[]) => ({ number, name: '', name_en: '', cas, critical_t: 1, mark: 'V' })
    const standard = { name: '', classes: [], named: [row(43, ['6484-52-2']), row(44, ['6484-52-2']), row(45, [])] }
    expect(formsOf('6484-52-2', standard).map(({ number }) => number)).toEqual([43, 44])
    expect(formsOf('', standard)).toEqual([])
  })
})
