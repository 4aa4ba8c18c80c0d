import { expect, it } from 'vitest'

import type { RegisterReport } from '@/api/register'

import { movesOf, verdictOf } from './workbook'

const report = (said: Partial<RegisterReport>): RegisterReport => ({ is_kept: false, is_dry: true, counts: [], errors: [], credentials: [], ...said })
const count = (made: number, changed: number, same: number) => ({ sheet: 'sites' as const, title: '厂区', title_en: 'Sites', new: made, changed, same, refused: 0 })
const wrong = { sheet: 'sites' as const, row: 2, code: 'register.missing_cells', title: '缺少', title_en: 'Missing' }

it('tells what was written from what was only checked, and both from what is wrong', () => {
  expect(verdictOf(report({}))).toBe('checked')
  expect(verdictOf(report({ is_dry: false, is_kept: true }))).toBe('kept')
  expect(verdictOf(report({ errors: [wrong] }))).toBe('refused')
  expect(verdictOf(report({ is_dry: false, errors: [wrong] }))).toBe('refused')
})

it('counts the rows that would change something, over all sheets', () => {
  expect(movesOf(report({ counts: [count(2, 1, 9), count(0, 4, 0)] }))).toBe(7)
  expect(movesOf(report({ counts: [count(0, 0, 12)] }))).toBe(0)
})
