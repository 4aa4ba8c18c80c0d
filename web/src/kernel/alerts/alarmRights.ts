/**
 * What this person may do with an alarm. Answers of the API say it per alarm; the live stream cannot.
 *
 * It depends only on where the alarm hangs and on its matter, so what one alarm taught holds for its like;
 * for a place not yet known one alarm of it is asked for.
 */
import { defineStore } from 'pinia'
import { shallowRef, triggerRef } from 'vue'

import { readAlarm } from '@/api/alerts'
import type { Alarm, AlarmRight } from '@/api/types'

const AGAIN_MS = 10_000
const placeOf = ({ div, zone, site, matter }: Pick<Alarm, 'div' | 'zone' | 'site' | 'matter'>) => [div, zone, site, matter].join('/')

export const useAlarmRights = defineStore('alarmRights', () => {
  const known = shallowRef(new Map<string, readonly AlarmRight[]>())
  const asked = new Set<string>()

  function learn(alarms: Iterable<Alarm>): void {
    let isNew = false
    for (const alarm of alarms) {
      if (!alarm.may || known.value.get(placeOf(alarm))?.join() === alarm.may.join()) continue
      known.value.set(placeOf(alarm), alarm.may)
      isNew = true
    }
    if (isNew) triggerRef(known)
  }

  function ask(alarm: Alarm): void {
    const place = placeOf(alarm)
    if (asked.has(place)) return
    asked.add(place)
    readAlarm(alarm.id)
      .then((found) => learn([found]))
      .catch(() => setTimeout(() => asked.delete(place), AGAIN_MS))
  }

  function of(alarm: Alarm): readonly AlarmRight[] {
    const may = alarm.may ?? known.value.get(placeOf(alarm))
    if (!may) ask(alarm)
    return may ?? []
  }

  return { learn, of }
})
