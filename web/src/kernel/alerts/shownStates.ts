/** Which alarms a layer paints: those that the page shows, or those of the half of a split map that it stands in. */
import { computed, inject, type InjectionKey, type Ref } from 'vue'

import { useAlarmStore, type SubjectState } from './alarmStore'

export type States = ReadonlyMap<string, SubjectState>

export const STATES: InjectionKey<Readonly<Ref<States>>> = Symbol('states')

export function useStates(): Readonly<Ref<States>> {
  const alarms = useAlarmStore()
  return inject(STATES, undefined) ?? computed(() => alarms.states)
}
