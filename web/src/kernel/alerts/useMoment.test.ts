import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'

import type { Alarm } from '@/api/types'

import { useAlarmStore } from './alarmStore'
import { testAlarm as alarm } from './testAlarm'
import { useMoment } from './useMoment'

const server = vi.hoisted(() => ({ asked: [] as number[], answers: new Map<number, unknown>() }))
vi.mock('@/api/alerts', () => ({
  readAlarmStates: () => Promise.resolve({ states: [] }),
  listOpenAlarms: () => Promise.resolve({ items: [], next: null }),
  readReplay: (from: Date) => {
    server.asked.push(from.getTime())
    const answer = server.answers.get(from.getTime())
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve({ open: answer, changes: [] })
  },
}))

let scope: EffectScope
const then: Alarm[] = [alarm({ id: 'old', subject_id: 'tank', priority: 2 })]
const now = alarm({ id: 'new', subject_id: 'pump', priority: 1 })

beforeEach(() => {
  setActivePinia(createPinia())
  server.asked = []
  server.answers = new Map<number, unknown>([[1_000, then], [2_000, []]])
  scope = effectScope()
})
afterEach(() => scope.stop())

function moment(at: number | null) {
  const shown = ref(at)
  const made = scope.run(() => useMoment(shown)) as ReturnType<typeof useMoment>
  return { shown, ...made }
}

describe('the alarms of one moment', () => {
  it('are those that were known then', async () => {
    const { states } = moment(1_000)
    await flushPromises()
    expect([...states.value.keys()]).toEqual(['tank'])
    expect(server.asked).toEqual([1_000])
  })

  it('are those of the present, also while the page plays the past', async () => {
    const alarms = useAlarmStore()
    alarms.isComplete = true
    alarms.put(now)
    alarms.showThen(new Map(then.map((one) => [one.id, one])))
    const { states } = moment(null)
    expect([...alarms.states.keys()]).toEqual(['tank'])
    expect([...states.value.keys()]).toEqual(['pump'])
    expect(server.asked).toEqual([])
  })

  it('are none where they could not be read: what stood at another moment is not shown for it', async () => {
    const { shown, states, error, reload } = moment(1_000)
    await flushPromises()
    server.answers.set(3_000, new Error('away'))
    shown.value = 3_000
    await flushPromises()
    expect([states.value.size, error.value]).toEqual([0, new Error('away')])
    server.answers.set(3_000, then)
    await reload()
    expect([states.value.size, error.value]).toEqual([1, null])
  })

  it('are of the moment asked for last, whichever answer comes first', async () => {
    const { shown, states } = moment(1_000)
    shown.value = 2_000
    await flushPromises()
    expect(states.value.size).toBe(0)
  })
})
