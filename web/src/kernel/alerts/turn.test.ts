import { describe, expect, it } from 'vitest'

import { testAlarm } from './testAlarm'
import { dueOf, inTurn, isMine, shownDue, turnOf } from './turn'

const RAISED = Date.parse('2026-08-01T02:00:00Z')
const MINUTE = 60_000
/** As the server says them (anlan/kernel/alerts/rules.py). */
const clocks = {
  clocks: [1, 2, 3, 4].map((priority) => ({ priority, confirm_s: priority === 1 ? 600 : 1_800, close_s: priority === 1 ? 1_800 : 14_400 })),
  phone_s: 600,
}
const firm = ['confirm', 'close', 'shelve'] as const
const bureau = ['check'] as const
const after = (minutes: number) => RAISED + minutes * MINUTE
const yellow = (given = {}) => testAlarm({ priority: 3, bureau_state: 'none', ...given })

describe('until when', () => {
  it('the firm confirms, then closes; a red alarm runs by the short clocks', () => {
    expect(dueOf(testAlarm(), clocks).firm).toBe(after(10))
    expect(dueOf(testAlarm({ firm_state: 'confirmed' }), clocks).firm).toBe(after(30))
    expect(dueOf(yellow(), clocks).firm).toBe(after(30))
    expect(dueOf(yellow({ firm_state: 'confirmed' }), clocks).firm).toBe(after(240))
    expect(dueOf(testAlarm({ firm_state: 'closed' }), clocks).firm).toBeNull()
  })

  it('the bureau phones about what is listed, and about what the firm has let pass', () => {
    expect(dueOf(testAlarm(), clocks).bureau).toBe(after(10))
    expect(dueOf(yellow(), clocks).bureau).toBe(after(40))
    expect(dueOf(yellow({ bureau_state: 'in_hand' }), clocks).bureau).toBeNull()
  })

  it('the post in charge answers where there is no firm', () => {
    expect(dueOf(yellow({ site: null }), clocks)).toEqual({ firm: null, bureau: after(30) })
  })

  it('is not known before the server has told the clocks', () => {
    expect(dueOf(testAlarm(), { clocks: [], phone_s: 0 })).toEqual({ firm: null, bureau: null })
  })
})

describe('mine', () => {
  it('is for the firm whatever it has not closed', () => {
    expect(isMine(yellow(), firm, clocks, after(1))).toBe(true)
    expect(isMine(yellow({ firm_state: 'closed' }), firm, clocks, after(1))).toBe(false)
  })

  it('is for the bureau what is listed or in hand, and what the firm is late with', () => {
    expect(isMine(testAlarm(), bureau, clocks, after(1))).toBe(true)
    expect(isMine(testAlarm({ bureau_state: 'in_hand' }), bureau, clocks, after(1))).toBe(true)
    expect(isMine(yellow(), bureau, clocks, after(29))).toBe(false)
    expect(isMine(yellow(), bureau, clocks, after(30))).toBe(true)
  })

  it('is nothing for who may do nothing here, and nothing that is set aside', () => {
    expect(isMine(testAlarm(), [], clocks, after(1))).toBe(false)
    expect(isMine(testAlarm({ out_of_service: true }), firm, clocks, after(1))).toBe(false)
    expect(isMine(testAlarm({ shelved_until: '2026-08-01T03:00:00Z' }), bureau, clocks, after(1))).toBe(false)
  })
})

it('a row says the deadline of who answers it here, else of the other', () => {
  expect(shownDue(testAlarm(), firm, clocks)?.owner).toBe('firm')
  expect(shownDue(testAlarm(), bureau, clocks)?.owner).toBe('bureau')
  expect(shownDue(testAlarm({ bureau_state: 'closed' }), bureau, clocks)?.owner).toBe('firm')
  expect(shownDue(testAlarm({ firm_state: 'closed', bureau_state: 'closed' }), firm, clocks)).toBeNull()
})

it('mine come first, the longest overdue before all; then what is not mine, the newest first', () => {
  const may = (id: string) => (id.startsWith('mine') ? firm : [])
  const turn = (alarm: ReturnType<typeof testAlarm>) => turnOf(alarm, may(alarm.id), clocks, after(60))
  const at = (minutes: number) => ({ raised_at: new Date(after(minutes)).toISOString(), last_raised_at: new Date(after(minutes)).toISOString() })
  const list = [
    testAlarm({ id: 'others, older', ...at(10) }),
    testAlarm({ id: 'mine, fresh', ...at(55) }),
    testAlarm({ id: 'others, newer', ...at(50) }),
    testAlarm({ id: 'mine, late', ...at(20) }),
  ]
  const ordered = ['mine, late', 'mine, fresh', 'others, newer', 'others, older']
  expect([...list].sort((a, b) => turn(a) - turn(b)).map((one) => one.id)).toEqual(ordered)
  expect(list.reduce<ReturnType<typeof testAlarm>[]>((held, one) => inTurn(held, [one], turn), []).map((one) => one.id)).toEqual(ordered)
})

it('what is held keeps its place, though its turn has changed under the hand of who answers it', () => {
  const held = [testAlarm({ id: 'confirmed now' }), testAlarm({ id: 'next' })]
  const turn = ({ id }: { id: string }) => ({ 'confirmed now': 9, next: 2, new: 3 })[id] ?? 0
  expect(inTurn(held, [testAlarm({ id: 'new' })], turn).map((one) => one.id)).toEqual(['new', 'confirmed now', 'next'])
})
