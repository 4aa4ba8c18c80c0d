/** What a dispatch's state and reason say, and which of them wait for a person. */
import { useI18n } from 'vue-i18n'

import type { Dispatch } from '@/api/messages'
import type { Tone } from '@/ui/tone'

type State = Dispatch['state']

/** Dead letters: nothing goes on by itself. */
export const FOR_A_PERSON: readonly State[] = ['unknown', 'refused', 'dead']
export const isForAPerson = (state: State): boolean => FOR_A_PERSON.includes(state)

export function toneOf(state: State): Tone {
  if (isForAPerson(state)) return 'attention'
  return state === 'waiting' || state === 'sending' ? 'going' : 'done'
}

export function useDispatchWords() {
  const { t, te } = useI18n()
  return {
    stateOf: (state: State) => t(`messaging.out.state.${state}`),
    reasonOf: (code: string) => (code && te(`messaging.out.reason.${code}`) ? t(`messaging.out.reason.${code}`) : code),
  }
}
