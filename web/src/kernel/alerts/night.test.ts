import { describe, expect, it } from 'vitest'

import type { Alarm } from '@/api/types'

import { Night, type Known } from './night'
import { testAlarm } from './testAlarm'

const alarm = (id: string, version: number, open = true): Alarm =>
  testAlarm({ id, version, instrument_state: open ? 'active' : 'returned', firm_state: open ? 'new' : 'closed' })
const known = (at: number, state: Alarm): Known => ({ at, state })
const shown = (night: Night, ms: number) => [...night.at(ms).values()].map((one) => `${one.id}${one.version}`).sort()

describe('a night that is played again', () => {
  const changes = [known(10, alarm('a', 2)), known(20, alarm('b', 1)), known(20, alarm('a', 3, false)), known(30, alarm('b', 2))]
  const night = () => new Night([alarm('a', 1), alarm('c', 7)], changes)

  it('shows at each moment what was known by then', () => {
    const played = night()
    expect(shown(played, 0)).toEqual(['a1', 'c7'])
    expect(shown(played, 10)).toEqual(['a2', 'c7'])
    expect(shown(played, 25)).toEqual(['b1', 'c7'])
    expect(shown(played, 99)).toEqual(['b2', 'c7'])
  })

  it('is the same whichever way one comes to a moment', () => {
    const played = night()
    for (const ms of [30, 5, 20, 9, 31, 10, 0, 20]) expect(shown(played, ms)).toEqual(shown(night(), ms))
  })

  it('gives the same map while nothing changes, so that nothing is drawn anew', () => {
    const played = night()
    expect(played.at(11)).toBe(played.at(19))
    expect(played.at(19)).not.toBe(played.at(20))
  })

  it('never changes what it has given', () => {
    const played = night()
    const early = played.at(10)
    played.at(99)
    expect([...early.keys()].sort()).toEqual(['a', 'c'])
  })

  it('knows where its marks are', () => {
    expect(night().moments).toEqual([10, 20, 20, 30])
  })
})
