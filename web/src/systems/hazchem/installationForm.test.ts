import { describe, expect, it } from 'vitest'

import { bodyOf, draftOf, freshHolding, patchOf, strappingOf, wrongWith, type HoldingDraft } from './installationForm'

const held = (more: Partial<HoldingDraft> = {}): HoldingDraft => ({ ...freshHolding(), chemical_id: 'C1', name: 'T101', design_t: 100, fixed_t: 50, ...more })
const draft = (...holdings: HoldingDraft[]) => ({ ...draftOf(null, [], true), subject_id: 'S1', code: 'M1', name: '罐区', holdings, reason: 'r' })

describe('an installation as a form', () => {
  it('reads a strapping table as it is pasted from a sheet', () => {
    expect(strappingOf('0\t0\n1.5\t12.4\n\n3  25')).toEqual([[0, 0], [1.5, 12.4], [3, 25]])
    expect(strappingOf('0,0\n1,5')).toEqual([[0, 0], [1, 5]])
    expect(strappingOf('0 0')).toBeNull()
    expect(strappingOf('0 0\n1 x')).toBeNull()
    expect(strappingOf('0 -0.5\n10 100')).toBeNull()
  })

  it('sends of a tank what its shape has, and of a filed figure no tank', () => {
    const sphere = held({ stock_from: 'tank', shape: 'sphere', radius_m: 6, length_m: 9, head_m: 1, datastream_id: 'D1' })
    const [first, second] = bodyOf(draft(sphere, held())).holdings
    expect(first).toMatchObject({ tank: { shape: 'sphere', radius_m: 6, length_m: 0, head_m: 0 }, datastream_id: 'D1', stock_from: 'tank' })
    expect(first).not.toHaveProperty('fixed_t')
    expect(second).toMatchObject({ fixed_t: 50, stock_from: 'fixed' })
    expect(second).not.toHaveProperty('tank')
  })

  it('keeps the version of a row that stands unless the current one is asked for', () => {
    const standing = held({ id: 'H1', version_id: 'V1', is_current: false })
    expect(bodyOf(draft(standing)).holdings[0]).toMatchObject({ chemical_version_id: 'V1', chemical_id: '' })
    expect(bodyOf(draft({ ...standing, renew: true })).holdings[0]).toMatchObject({ chemical_version_id: '', chemical_id: 'C1' })
  })

  it('says people only where they are said anew', () => {
    const unit = { people: 40 }
    expect(patchOf({ ...draft(held()), counts: true }, unit, true)).toMatchObject({ recount: false })
    expect(patchOf({ ...draft(held()), counts: true }, unit, false)).toMatchObject({ recount: true })
    expect(patchOf({ ...draft(held()), counts: false, people: 40 }, unit, false).people).toBeNull()
    expect(patchOf({ ...draft(held()), counts: false, people: 41 }, unit, false).people).toBe(41)
    expect(patchOf({ ...draft(held()), counts: false, people: 40 }, unit, true).people).toBe(40)
  })

  it('names what is missing, row by row', () => {
    expect(wrongWith(draft(held()), true)).toEqual({})
    const bad = draft(held({ design_t: 0 }), held({ stock_from: 'tank', shape: 'strapping', strapping: '1' }))
    expect(wrongWith({ ...bad, code: ' ', reason: '' }, false)).toEqual({
      code: 'ui.invalid.missing', reason: 'ui.invalid.missing', 'holdings.0.design_t': 'hazchem.wrong.positive',
      'holdings.1.datastream_id': 'ui.invalid.missing', 'holdings.1.strapping': 'hazchem.wrong.strapping',
    })
  })
})
