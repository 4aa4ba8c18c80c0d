import { describe, expect, it } from 'vitest'

import type { WorkStandard } from '@/api/firmDay'

import { bodyOf, draftOf, firstLevel, freshGas, kindOf, wrongGas, wrongWith } from './permitForm'
import { STANDINGS, toneOf } from './work'

const NOW = Date.parse('2026-12-02T02:20:00Z')
const level = (key: 'special' | 'second') => ({ key, title: '', title_en: '', valid_h: 8, mark: 'V' })
const standard = { kinds: [{ key: 'hot_work', title: '动火', title_en: 'Hot work', needs_gas: true, raises: true, levels: [level('special'), level('second')] }] } as unknown as WorkStandard

describe('a permit as it is typed', () => {
  it('begins at the next full hour and lasts a shift', () => {
    const draft = draftOf(null, NOW)
    expect([draft.planned_start, draft.planned_end]).toEqual(['2026-12-02T03:00:00.000Z', '2026-12-02T11:00:00.000Z'])
  })
  it('takes the mildest level of a kind, none of a kind without', () => {
    expect(firstLevel(kindOf(standard, 'hot_work'))).toBe('second')
    expect(firstLevel(kindOf(standard, 'digging'))).toBe('')
  })
  it('says what is missing and that an end is no end', () => {
    const draft = { ...draftOf(null, NOW), planned_end: '2026-12-02T03:00:00.000Z' }
    expect(wrongWith(draft, true)).toEqual({ spot: 'ui.invalid.missing', content: 'ui.invalid.missing', subject_id: 'ui.invalid.missing', planned_end: 'firmDay.wrong.span' })
    expect(wrongWith({ ...draftOf(null, NOW), spot: 'a', content: 'b' }, false)).toEqual({})
  })
  it('sends no spaces', () => {
    expect(bodyOf({ ...draftOf(null, NOW), spot: ' V101 ' }).spot).toBe('V101')
  })
})

describe('an analysis of gases', () => {
  it('has a result and somebody who made it', () => {
    expect(wrongGas(freshGas(NOW))).toEqual({ by: 'ui.invalid.missing', oxygen_pct: 'firmDay.wrong.oneResult' })
    expect(wrongGas({ ...freshGas(NOW), by: '王', toxic_ppm: 0 })).toEqual({})
  })
})

it('calls to what has run over, and to nothing that has ended', () => {
  expect(STANDINGS.filter((one) => toneOf(one) === 'attention')).toEqual(['overrun'])
})
