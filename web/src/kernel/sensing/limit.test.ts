import { describe, expect, it } from 'vitest'

import { bodyOf, changedFields, draftOf, farFrom, isSame, newDraft, wrongWith, type LimitDraft } from './limit'
import { isBeyond, timesBeyond } from './limitEffect'
import { limitFigure } from './limitWords'
import { testLimit } from './testLimit'

const draft = (given: Partial<LimitDraft> = {}): LimitDraft => ({ ...newDraft('HH'), value: 95, reason: '设计变更', ...given })
const standing = [{ condition: 'H', value: 80 }, { condition: 'L', value: 20 }, { condition: 'silent', value: 300 }]

describe('a limit to be filed', () => {
  it('is right when it stands in order with the others', () => {
    expect(wrongWith(draft(), standing)).toEqual({})
    expect(wrongWith(draft({ condition: 'LL', value: 10 }), standing)).toEqual({})
  })

  it('names the limit that it would contradict', () => {
    expect(wrongWith(draft({ value: 80 }), standing).value).toEqual({ key: 'sensing.wrong.above', with: { other: 'H', bound: 80 } })
    expect(wrongWith(draft({ condition: 'L', value: 85 }), standing).value).toEqual({ key: 'sensing.wrong.below', with: { other: 'H', bound: 80 } })
  })

  it('replaces its own kind without being compared with it', () => {
    expect(wrongWith(draft({ condition: 'H', value: 75 }), standing)).toEqual({})
  })

  it('needs a number, a reason, and delays of at most a day', () => {
    expect(Object.keys(wrongWith(draft({ value: null, reason: ' ', onDelayS: 90_000, deadband: -1 }), []))).toEqual(['value', 'deadband', 'onDelayS', 'reason'])
  })

  it('says what it changes, by the words of its fields', () => {
    const stands = draftOf(testLimit())
    expect(changedFields(stands, { ...stands, reason: 'why' })).toEqual([])
    expect(changedFields({ ...stands, onDelayS: 9, clause: '5.2' }, stands)).toEqual(['sensing.field.onDelay', 'sensing.field.clause'])
    expect(changedFields({ ...stands, value: null }, stands)).toEqual(['sensing.column.limit'])
    const range = draftOf(testLimit({ condition: 'range', low: 0 }))
    expect(changedFields({ ...range, low: -1 }, range)).toEqual(['sensing.field.low'])
  })

  it('of silence is in seconds and knows neither deadband nor delay', () => {
    expect(wrongWith(draft({ condition: 'silent', value: 3 }), standing).value?.key).toBe('sensing.wrong.silence')
    const body = bodyOf(draft({ condition: 'silent', value: 300, deadband: 2, onDelayS: 5 }))
    expect([body.value, body.deadband, body.on_delay_ms]).toEqual([300, 0, 0])
  })

  it('goes to the server in milliseconds and comes back the same', () => {
    expect(bodyOf(draft({ onDelayS: 2.5 })).on_delay_ms).toBe(2500)
    const limit = testLimit()
    expect(isSame(draftOf(limit), draftOf({ ...limit, reason: 'else' }))).toBe(true)
    expect(isSame(draftOf(limit), draftOf({ ...limit, value: 91 }))).toBe(false)
    expect(isSame(draftOf(limit), { ...draftOf(limit), standard: ' AQ 3035-2010 ' })).toBe(true)
  })
})

describe('a limit on the instrument or on change', () => {
  const change = (given: Partial<LimitDraft>) => ({ ...newDraft(given.condition ?? 'rate'), reason: '仪表说明书', ...given })

  it('needs both ends of the range, the lower below the upper, and a deadband that leaves room', () => {
    expect(wrongWith(change({ condition: 'range', value: 12 }), standing).low?.key).toBe('sensing.wrong.number')
    expect(wrongWith(change({ condition: 'range', value: 12, low: 12 }), standing).low?.key).toBe('sensing.wrong.lowEnd')
    expect(wrongWith(change({ condition: 'range', value: 12, low: 0, deadband: 6 }), standing).deadband?.key).toBe('sensing.wrong.deadbandRange')
    expect(wrongWith(change({ condition: 'range', value: 12, low: 0 }), standing)).toEqual({})
  })

  it('needs a window and more than nothing', () => {
    expect(Object.keys(wrongWith(change({ value: 0, windowS: 0 }), []))).toEqual(['value', 'windowS'])
    expect(wrongWith(change({ value: 0.5, deadband: 0.5 }), []).deadband?.key).toBe('sensing.wrong.deadbandRate')
    expect(wrongWith(change({ condition: 'frozen', value: 0.1 }), [])).toEqual({})
  })

  it('is sent with its own fields and without those that it has not', () => {
    expect(bodyOf(change({ value: 0.5, windowS: 60 }))).toMatchObject({ value: 0.5, window_ms: 60_000 })
    expect(bodyOf(change({ condition: 'range', value: 12, low: 0 }))).toMatchObject({ value: 12, low: 0 })
    expect(bodyOf(change({ condition: 'frozen', value: 0.1, windowS: 600, deadband: 3, onDelayS: 5 }))).toMatchObject({ window_ms: 600_000, deadband: 0, on_delay_ms: 0 })
    expect(bodyOf(draft())).not.toHaveProperty('window_ms')
  })

  it('is read with its window and its lower end', () => {
    expect(limitFigure(testLimit({ condition: 'rate', value: 0.5, unit: 'm', window_ms: 60_000 }))).toBe('≥ 0.5 m/s (60 s)')
    expect(limitFigure(testLimit({ condition: 'range', value: 12, low: 0, unit: 'm' }))).toBe('0 – 12 m')
  })

  it('tells from the day before what it would have raised', () => {
    const t = [0, 60, 120, 180, 240].map((s) => s * 1000)
    const jump = { t, v: [1, 1, 61, 61, 61] }
    expect(timesBeyond(jump, { condition: 'rate', value: 0.5, deadband: 0, windowS: 60 })).toBe(1)
    expect(timesBeyond(jump, { condition: 'rate', value: 2, deadband: 0, windowS: 60 })).toBe(0)
    expect(timesBeyond(jump, { condition: 'range', value: 50, low: 0, deadband: 0 })).toBe(1)
    expect(timesBeyond(jump, { condition: 'frozen', value: 0.5, deadband: 0, windowS: 120 })).toBe(1)
    expect(timesBeyond({ t, v: [1, 2, 3, 4, 5] }, { condition: 'frozen', value: 0.5, deadband: 0, windowS: 120 })).toBe(0)
    expect(isBeyond({ condition: 'range', value: 12, low: 0, deadband: 0 }, -1)).toBe(true)
  })
})

describe('what it would do', () => {
  it('is beyond at the limit itself, as the engine judges', () => {
    expect(isBeyond(draft({ condition: 'HH', value: 90 }), 90)).toBe(true)
    expect(isBeyond(draft({ condition: 'HH', value: 90 }), 89.9)).toBe(false)
    expect(isBeyond(draft({ condition: 'LL', value: 10 }), 10)).toBe(true)
    expect(isBeyond(draft({ condition: 'silent', value: 300 }), 999)).toBeNull()
  })

  it('counts times beyond, and trembling at the limit once while the deadband holds it', () => {
    const curve = { t: [1, 2, 3, 4, 5, 6], v: [80, 91, 89.5, 91, 70, 92] }
    expect(timesBeyond(curve, { condition: 'HH', value: 90, deadband: 1 })).toBe(2)
    expect(timesBeyond(curve, { condition: 'HH', value: 90, deadband: 0 })).toBe(3)
    expect(timesBeyond(curve, { condition: 'L', value: 75, deadband: 0 })).toBe(1)
  })

  it('asks again when the new figure is far from the old one', () => {
    expect(farFrom(11.7, 1175)).toBeCloseTo(100.4, 1)
    expect(farFrom(10, -10)).toBe(-1)
    expect(farFrom(90, 95)).toBeNull()
    expect(farFrom(undefined, 95)).toBeNull()
  })

  it('looks at the extremes of a down-sampled curve', () => {
    const curve = { t: [1, 2], v: [50, 50], min: [40, 49], max: [95, 51] }
    expect(timesBeyond(curve, { condition: 'HH', value: 90, deadband: 0 })).toBe(1)
    expect(timesBeyond(curve, { condition: 'LL', value: 45, deadband: 0 })).toBe(1)
  })
})
