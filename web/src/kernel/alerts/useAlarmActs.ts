/** Which act is being asked for, on which alarm; one dialog at a time. */
import { inject, provide, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'

import type { Alarm } from '@/api/types'

import type { Act } from './alarm'

export interface Asked {
  act: Act
  alarm: Alarm
}

export interface Acts {
  asked: ShallowRef<Asked | null>
  ask: (act: Act, alarm: Alarm) => void
  /** Somebody wants to write a remark at the alarm that is open: whoever takes remarks answers it. */
  isRemarking: Ref<boolean>
}

const ACTS: InjectionKey<Acts> = Symbol('alarm acts')

/** Called by the page that carries `<AlarmActDialogs>`. */
export function provideAlarmActs(): Acts {
  const asked = shallowRef<Asked | null>(null)
  const acts: Acts = { asked, ask: (act, alarm) => void (asked.value = { act, alarm }), isRemarking: ref(false) }
  provide(ACTS, acts)
  return acts
}

export function useAlarmActs(): Acts {
  const acts = inject(ACTS)
  if (!acts) throw new Error('alarm actions stand on a page that provides them')
  return acts
}
