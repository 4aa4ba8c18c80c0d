/** The life of an alarm as steps in order of time, from its own public state. */
import type { Alarm } from '@/api/types'

export interface Step {
  key: 'raised' | 'raisedAgain' | 'returned' | 'confirmed' | 'closed' | 'checked'
  at: string
  by: string
}

export function timelineOf(alarm: Alarm): Step[] {
  const steps: (Step | null)[] = [
    { key: 'raised', at: alarm.raised_at, by: '' },
    alarm.occurrences > 1 ? { key: 'raisedAgain', at: alarm.last_raised_at, by: '' } : null,
    alarm.returned_at ? { key: 'returned', at: alarm.returned_at, by: '' } : null,
    alarm.confirmed_at ? { key: 'confirmed', at: alarm.confirmed_at, by: alarm.confirmed_by } : null,
    alarm.closed_at ? { key: 'closed', at: alarm.closed_at, by: alarm.closed_by } : null,
    alarm.checked_at ? { key: 'checked', at: alarm.checked_at, by: alarm.checked_by } : null,
  ]
  return steps
    .filter((step): step is Step => step !== null)
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}
