import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { Alarm } from '@/api/types'
import type { Row } from '@/live/frames'

import { useAlarmStore } from './alarmStore'
import { testAlarm } from './testAlarm'

const server = vi.hoisted(() => ({ open: [] as Alarm[], wait: Promise.resolve() }))

vi.mock('@/api/alerts', () => ({
  readAlarmStates: () => Promise.resolve({ position: 1, states: [] }),
  listOpenAlarms: async () => {
    const items = [...server.open]
    await server.wait
    return { items, next: null, count: items.length, count_capped: false }
  },
}))

const row = (alarm: Alarm, gone = false): Row => ({ type: 'alerts.alarm', id: alarm.id, version: alarm.version, gone, state: { ...alarm } })

beforeEach(() => {
  setActivePinia(createPinia())
  server.open = []
  server.wait = Promise.resolve()
})

describe('the alarm store', () => {
  it('takes a higher version only', () => {
    const store = useAlarmStore()
    store.apply([row(testAlarm({ version: 5, firm_state: 'confirmed' }))])
    store.apply([row(testAlarm({ version: 4, firm_state: 'new' }))])
    expect(store.open.get('A1')?.firm_state).toBe('confirmed')
  })

  it('lets go of an alarm that is closed, and of one that left the scope', () => {
    const store = useAlarmStore()
    store.apply([row(testAlarm()), row(testAlarm({ id: 'A2' }))])
    store.apply([row(testAlarm({ version: 2, instrument_state: 'returned', firm_state: 'closed' })), row(testAlarm({ id: 'A2', version: 2 }), true)])
    expect(store.open.size).toBe(0)
  })

  it('tells whoever has read the list of every change, also behind a replay', () => {
    const store = useAlarmStore()
    const shown = () => store.newest.map((alarm) => `${alarm.id}${alarm.version}`)
    expect(shown()).toEqual([])
    store.apply([row(testAlarm())])
    expect(shown()).toEqual(['A11'])
    store.apply([row(testAlarm({ version: 2, firm_state: 'confirmed' }))])
    expect(shown()).toEqual(['A12'])
    expect(store.states.get('S1')?.unanswered ?? false).toBe(false)
    store.showThen(new Map())
    expect(shown()).toEqual([])
    store.apply([row(testAlarm({ version: 3 }))])
    expect(shown()).toEqual([])
    store.showThen(null)
    expect(shown()).toEqual(['A13'])
  })

  it('does not bring back what was gone by a row that comes late', () => {
    const store = useAlarmStore()
    store.apply([row(testAlarm({ version: 3 }), true)])
    store.apply([row(testAlarm({ version: 2 }))])
    expect(store.open.size).toBe(0)
  })

  it('keeps what the stream said while the snapshot was on its way', async () => {
    const store = useAlarmStore()
    server.open = [testAlarm({ version: 1 })]
    let answer: () => void = () => undefined
    server.wait = new Promise((resolve) => (answer = resolve))
    const refreshing = store.refresh()
    store.apply([row(testAlarm({ version: 2, firm_state: 'confirmed' })), row(testAlarm({ id: 'A2', subject_id: 'S2' }))])
    answer()
    await refreshing
    expect(store.open.get('A1')?.firm_state).toBe('confirmed')
    expect(store.open.has('A2')).toBe(true)
  })

  it('drops what a later snapshot no longer has', async () => {
    const store = useAlarmStore()
    store.apply([row(testAlarm())])
    await store.refresh()
    expect(store.open.size).toBe(0)
  })

  it('equals the server after any order of rows, repeats included', () => {
    const life = [
      testAlarm({ version: 1 }),
      testAlarm({ version: 2, firm_state: 'confirmed' }),
      testAlarm({ version: 3, firm_state: 'confirmed', instrument_state: 'returned' }),
      testAlarm({ version: 4, firm_state: 'new', instrument_state: 'active', occurrences: 2 }),
    ]
    const orders = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2, 3, 1], [2, 0, 3, 3]]
    for (const order of orders) {
      setActivePinia(createPinia())
      const store = useAlarmStore()
      for (const n of order) store.apply([row(life[n] as Alarm)])
      expect(store.open.get('A1')).toEqual(life[3])
    }
  })

  it('colours a subject by the worst of its open alarms', async () => {
    server.open = [testAlarm({ id: 'A1', priority: 3, firm_state: 'confirmed' }), testAlarm({ id: 'A2', priority: 1 }), testAlarm({ id: 'A3', subject_id: 'S2', priority: 4, condition: 'silent' })]
    const store = useAlarmStore()
    await store.refresh()
    expect(store.states.get('S1')).toEqual({ priority: 1, count: 2, unanswered: true, offline: false })
    expect(store.states.get('S2')).toMatchObject({ priority: 4, offline: true })
    expect(store.counts.map((one) => one.count)).toEqual([1, 0, 1, 1])
  })
})
