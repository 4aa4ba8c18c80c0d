import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'

import type { Alarm } from '@/api/types'

import { useAlarmRights } from './alarmRights'
import { testAlarm } from './testAlarm'

const server = vi.hoisted(() => ({ asked: [] as string[], answer: async (id: string): Promise<Alarm> => Promise.reject(new Error(id)) }))

vi.mock('@/api/alerts', () => ({
  readAlarm: (id: string) => {
    server.asked.push(id)
    return server.answer(id)
  },
}))

beforeEach(() => {
  setActivePinia(createPinia())
  server.asked = []
  server.answer = (id) => Promise.resolve(testAlarm({ id, may: ['check'] }))
})

it('an answer of the server says itself what may be done', () => {
  expect(useAlarmRights().of(testAlarm({ may: ['confirm', 'close'] }))).toEqual(['confirm', 'close'])
})

it('an alarm of the stream takes what another alarm of its site taught', () => {
  const rights = useAlarmRights()
  rights.learn([testAlarm({ id: 'A1', may: ['check'] })])
  expect(rights.of(testAlarm({ id: 'A2' }))).toEqual(['check'])
  expect(rights.of(testAlarm({ id: 'A3', site: 'elsewhere' }))).toEqual([])
})

it('asks once for a place that is not known, and offers nothing until it knows', async () => {
  const rights = useAlarmRights()
  expect(rights.of(testAlarm({ id: 'A7' }))).toEqual([])
  expect(rights.of(testAlarm({ id: 'A8' }))).toEqual([])
  await vi.waitFor(() => expect(rights.of(testAlarm({ id: 'A9' }))).toEqual(['check']))
  expect(server.asked).toEqual(['A7'])
})
