import { expect, it } from 'vitest'

import type { SubjectFeature } from '@/kernel/subjects/subjectStore'

import { discs } from './alarmDiscs'

const at = (id: string, lon: number): SubjectFeature => ({
  type: 'Feature', id, geometry: { type: 'Point', coordinates: [lon, 38] }, properties: { id, name: id, name_en: '', kind: 'tank', parent_id: null, status: 'active' },
})
const placed = new Map([at('firm', 106), at('tank', 106.1)].map((one) => [one.properties.id, one]))
const above: Record<string, string[]> = { gauge: ['gauge', 'firm'], tank: ['tank', 'firm'] }
const state = (priority: 1 | 2 | 3 | 4, count: number) => ({ priority, count, unanswered: true, offline: false })

it('a disc stands where the alarm is, or where the nearest above it is, with the worst level and the sum', () => {
  const states = new Map([['tank', state(3, 2)], ['gauge', state(1, 1)], ['firm', state(4, 5)], ['nowhere', state(1, 9)]])
  const found = discs(states, placed, (id) => above[id] ?? [id]).features.map(({ properties }) => properties)
  expect(found).toEqual([{ id: 'tank', p: 3, count: 2 }, { id: 'firm', p: 1, count: 6 }])
})
