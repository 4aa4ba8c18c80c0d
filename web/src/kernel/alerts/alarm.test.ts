import { describe, expect, it } from 'vitest'

import { byUrgency, isInOpenGroup, newestFirst, offers, withoutSubject } from './alarm'
import { changes, rollUp } from './mapState'
import { matches, merge, queryOf, type Filter } from './monitorList'
import { testAlarm } from './testAlarm'
import { timelineOf } from './timeline'

const NOW = Date.parse('2026-08-01T02:10:00Z')
const firm = ['confirm', 'close', 'shelve'] as const
const bureau = ['check'] as const

describe('what may be done', () => {
  it('is confirmed by the firm first, and not closed while the value is beyond the limit', () => {
    expect(offers(testAlarm(), firm, NOW)).toEqual([
      { act: 'confirm', blocked: '' },
      { act: 'close', blocked: 'alerts.blocked.stillActive' },
      { act: 'shelve', blocked: '' },
    ])
  })

  it('needs a confirmation before it is closed', () => {
    const returned = testAlarm({ instrument_state: 'returned' })
    expect(offers(returned, firm, NOW).find((one) => one.act === 'close')?.blocked).toBe('alerts.blocked.notConfirmed')
    expect(offers({ ...returned, firm_state: 'confirmed' }, firm, NOW)[0]).toEqual({ act: 'close', blocked: '' })
  })

  it('is checked by the bureau, never confirmed by it', () => {
    expect(offers(testAlarm(), bureau, NOW).map((one) => one.act)).toEqual(['check'])
    expect(offers(testAlarm({ bureau_state: 'closed' }), bureau, NOW)).toEqual([])
  })

  it('offers to take back from the shelf until the shelf has ended', () => {
    const acts = (until: string) => offers(testAlarm({ firm_state: 'confirmed', shelved_until: until }), firm, NOW).map((one) => one.act)
    expect(acts('2026-08-01T03:00:00Z')).toContain('unshelve')
    expect(acts('2026-08-01T02:00:00Z')).toContain('shelve')
  })

  it('is nothing for somebody who may do nothing here, whatever his post may do elsewhere', () => {
    expect(offers(testAlarm(), [], NOW)).toEqual([])
  })
})

it('the newest comes first, however its time is written, and the later id of two at once', () => {
  const list = [
    testAlarm({ id: 'a', last_raised_at: '2026-08-01T02:00:05Z' }),
    testAlarm({ id: 'b', last_raised_at: '2026-08-01T02:00:05.250Z' }),
    testAlarm({ id: 'c', last_raised_at: '2026-08-01T10:00:04+08:00' }),
    testAlarm({ id: 'd', last_raised_at: '2026-08-01T02:00:05Z' }),
  ]
  expect(newestFirst(list).map((one) => one.id)).toEqual(['b', 'd', 'a', 'c'])
  expect(list[0]?.id).toBe('a')
})

it('the worst comes first, then what nobody has answered, then the newest', () => {
  const list = [
    testAlarm({ id: 'yellow', priority: 3 }),
    testAlarm({ id: 'answered', firm_state: 'confirmed' }),
    testAlarm({ id: 'older' }),
    testAlarm({ id: 'newer', last_raised_at: '2026-08-01T02:05:00Z' }),
  ]
  expect(list.sort(byUrgency).map((one) => one.id)).toEqual(['newer', 'older', 'answered', 'yellow'])
})

it('a timeline is in order of time and names who acted', () => {
  const alarm = testAlarm({ returned_at: '2026-08-01T02:04:00Z', confirmed_at: '2026-08-01T02:02:00Z', confirmed_by: '马建国', occurrences: 1 })
  expect(timelineOf(alarm).map((step) => [step.key, step.by])).toEqual([['raised', ''], ['confirmed', '马建国'], ['returned', '']])
})

describe('the map', () => {
  const lineage = (id: string) => (id === 'tank' ? ['tank', 'firm'] : [id])

  it('shows a firm the worst of what hangs below it', () => {
    const painted = rollUp(new Map([
      ['tank', { priority: 1, count: 1, unanswered: true, offline: false }],
      ['firm', { priority: 4, count: 1, unanswered: false, offline: true }],
    ]), lineage)
    expect(painted.get('firm')).toEqual({ p: 1, unanswered: true, offline: false })
  })

  it('repaints only what has changed, and calms what has no alarm any more', () => {
    const red = { p: 1, unanswered: true, offline: false }
    const before = new Map([['a', red], ['b', red]])
    expect(changes(before, new Map([['a', { ...red }], ['c', red]]))).toEqual([['c', red], ['b', { p: 0, unanswered: false, offline: false }]])
  })
})

describe('the list', () => {
  const open: Filter = { status: 'open', priorities: [], conditions: [], words: '' }
  const never = () => false
  const known = { isInOpenGroup: never, isMine: never }

  it('asks the server in its own words', () => {
    expect(queryOf({ status: 'new', priorities: [3, 1], conditions: ['HH'], words: ' T101 ' }, '-raised_at').filter).toEqual(['firm_state.eq:new', 'priority.in:1,3', 'condition.in:HH', 'search.like:T101'])
  })

  it('asks one alarm the same question', () => {
    expect(matches(testAlarm(), { ...open, priorities: [2] }, never)).toBe(false)
    expect(matches(testAlarm({ instrument_state: 'returned', firm_state: 'closed' }), open, never)).toBe(false)
    expect(matches(testAlarm({ bureau_state: 'none' }), { ...open, status: 'toCheck' }, never)).toBe(false)
    expect(matches(testAlarm(), { ...open, status: 'mine' }, never)).toBe(false)
    expect(matches(testAlarm(), { ...open, status: 'mine' }, () => true)).toBe(true)
    expect(matches(testAlarm(), { ...open, words: '液氨' }, never)).toBe(true)
    expect(matches(testAlarm(), { ...open, words: '液氧' }, never)).toBe(false)
  })

  it('changes a held row in place, also when it no longer matches', () => {
    const closed = testAlarm({ version: 2, instrument_state: 'returned', firm_state: 'closed' })
    expect(merge([testAlarm()], [closed], open, known)).toEqual({ kept: [closed], fresh: [] })
  })

  it('finds a new alarm and leaves a strange one out', () => {
    const fresh = testAlarm({ id: 'A2' })
    const strange = testAlarm({ id: 'A3', firm_state: 'closed', instrument_state: 'returned' })
    expect(merge([testAlarm()], [fresh, strange], open, known).fresh.map((one) => one.id)).toEqual(['A2'])
  })

  it('folds members under their group only where the group is listed too', () => {
    const group = testAlarm({ id: 'G', datastream_id: '', condition: 'gateway', priority: 2 })
    const member = testAlarm({ id: 'M', parent_id: 'G', condition: 'silent', priority: 4 })
    const folds = (alarm: Parameters<typeof isInOpenGroup>[0]) => isInOpenGroup(alarm, (id) => (id === 'G' ? group : undefined))
    expect(queryOf(open, '-raised_at').filter).toEqual(['in_open_group.eq:false'])
    expect(merge([group], [member], open, { ...known, isInOpenGroup: folds }).fresh).toEqual([])
    const silent = { ...open, conditions: ['silent'] }
    expect(queryOf(silent, '-raised_at').filter).toEqual(['condition.in:silent'])
    expect(merge([], [member], silent, { ...known, isInOpenGroup: folds }).fresh.map((one) => one.id)).toEqual(['M'])
    const closed = { ...group, instrument_state: 'returned', firm_state: 'closed' } as const
    expect(isInOpenGroup(member, () => closed)).toBe(false)
  })

  it('does not go back to an older version', () => {
    expect(merge([testAlarm({ version: 3 })], [testAlarm({ version: 2 })], open, known).kept[0]?.version).toBe(3)
  })
})

describe('a point beside its subject', () => {
  it('is not named after it once more, unless it is another one', () => {
    expect(withoutSubject('V204 合成气球罐 液位 B', 'V204 合成气球罐')).toBe('液位 B')
    expect(withoutSubject('Demo works, gateway', 'Demo works')).toBe('gateway')
    expect(withoutSubject('V2040 level', 'V204')).toBe('V2040 level')
    expect(withoutSubject('V204', 'V204')).toBe('V204')
    expect(withoutSubject('level', '')).toBe('level')
  })
})
