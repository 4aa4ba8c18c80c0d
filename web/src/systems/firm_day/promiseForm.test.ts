import { describe, expect, it } from 'vitest'

import { fewerThan, promiseBody, promiseDraft, STANDINGS, toneOfDay, wrongPromise, type PromiseDraft } from './promiseForm'

const whole = (): PromiseDraft => ({
  ...promiseDraft(null, { 'hot_work.first': 1 }, '安全可控'), units_total: 2, units_running: 1, units_stopped: 1, units_under_repair: 0, tanks_safe: 'yes', risk: 'low', signed_by: '厂长',
  steps: [{ step: 'shift', by: '甲', said: '' }, { step: 'workshop', by: '乙', said: '' }, { step: 'firm', by: '丙', said: '' }],
})

describe('a promise as it is typed', () => {
  it('begins with the tickets of the day and nothing that a person has to say', () => {
    const draft = promiseDraft(null, { 'hot_work.first': 1 }, '安全可控')
    expect([draft.works['hot_work.first'], draft.works.lifting, draft.tanks_safe, draft.risk]).toEqual([1, 0, '', ''])
    expect(Object.keys(wrongPromise(draft, false))).toEqual([
      'units_total', 'units_running', 'units_stopped', 'units_under_repair', 'tanks_safe', 'risk', 'signed_by', 'steps.shift', 'steps.workshop', 'steps.firm',
    ])
  })
  it('wants units that add up, and a reason of a correction', () => {
    expect(wrongPromise(whole(), false)).toEqual({})
    expect(wrongPromise({ ...whole(), units_running: 2 }, true)).toEqual({ units_total: 'firmDay.wrong.units', reason: 'ui.invalid.missing' })
  })
  it('says of what fewer is promised than tickets stand', () => {
    const draft = { ...whole(), works: { ...whole().works, 'hot_work.first': 0 } }
    expect(fewerThan(draft, { 'hot_work.first': 1, lifting: 0 })).toEqual(['hot_work.first'])
    expect(promiseBody(draft).works['hot_work.first']).toBe(0)
  })
})

it('calls to whoever contradicts himself or has not promised in time', () => {
  expect(STANDINGS.filter((one) => toneOfDay(one) === 'attention')).toEqual(['contradicted', 'missing', 'withdrawn'])
})
