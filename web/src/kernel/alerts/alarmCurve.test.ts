import { describe, expect, it } from 'vitest'

import { aroundRaise, judgedLine } from './alarmCurve'
import { testAlarm } from './testAlarm'

const raised = Date.parse('2026-08-01T02:00:00Z')
const minute = 60_000

describe('the curve of an alarm', () => {
  it('has an old raise in the middle of an hour', () => {
    expect(aroundRaise(raised, raised + 600 * minute)).toEqual({ hours: 1, until: raised + 30 * minute })
  })

  it('runs with the clock while what follows the raise is still on its way', () => {
    expect(aroundRaise(raised, raised + 5 * minute).until).toBeNull()
  })

  it('shows the limit that was judged by, also after that was changed', () => {
    expect(judgedLine(testAlarm())).toEqual({ condition: 'HH', value: 95, priority: 1 })
    expect(judgedLine(testAlarm({ condition: 'silent', limit_value: 300 }))).toBeNull()
  })
})
