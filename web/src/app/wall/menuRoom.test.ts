import { expect, it } from 'vitest'

import { entriesThatFit } from './menuRoom'

const ZH = ['报警监测', '监测对象', '重大危险源', '危险化学品', '特殊作业', '安全承诺', '登记簿', '单位']
const EN = ['Alarms', 'Subjects', 'Major hazards', 'Chemicals', 'Special work', 'Safety promises', 'Shares', 'Limits']

it('keeps two rows however long the words are', () => {
  expect(entriesThatFit(ZH, '更多', 420, 8)).toBe(8)
  expect(entriesThatFit(EN, 'More', 420, 8)).toBe(7)
  expect(entriesThatFit(EN, 'More', 160, 8)).toBe(2)
  expect(entriesThatFit(EN, 'More', 20, 8)).toBe(1)
})

it('shows what it may while its width is not known', () => {
  expect(entriesThatFit(EN, 'More', 0, 8)).toBe(8)
})
