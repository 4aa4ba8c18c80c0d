/** One act with a security key at a time: busy while the browser asks, one sentence when it comes to nothing. */
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'

import { askKeys, type KeyAnswer, type Proof } from '@/api/keys'
import { useProblem } from '@/ui/problemText'

import { codeOf, endsLogIn } from './secondFactor'
import { KeyKnownError, KeyNotUsedError, signByKey } from './securityKey'

/** What a person typed to show that it is he; without a code his key is asked. */
export interface Typed {
  password: string
  code: string
}

export function useKey(ended: (reason: string) => void) {
  const { t } = useI18n()
  const problem = useProblem()
  const busy = ref(false)
  const refused = ref('')

  async function ask(act: () => Promise<void>): Promise<void> {
    if (busy.value) return
    busy.value = true
    refused.value = ''
    try {
      await act()
    } catch (error) {
      if (error instanceof KeyNotUsedError) refused.value = t('people.keys.notUsed')
      else if (error instanceof KeyKnownError) refused.value = t('people.keys.known')
      else if (endsLogIn(error)) ended(problem.text(error))
      else refused.value = problem.text(error)
    } finally {
      busy.value = false
    }
  }

  /** The answer of one of my keys to a fresh question. */
  async function keyAnswer(): Promise<KeyAnswer> {
    const question = await askKeys()
    if (!question) throw new KeyNotUsedError()
    return signByKey(question)
  }

  /** Everything that the server wants to see before it changes a key; null when something is missing. */
  async function proofBy({ password, code }: Typed, kinds: readonly string[]): Promise<Proof | null> {
    if (password === '') {
      refused.value = t('people.factor.passwordMissing')
      return null
    }
    if (kinds.length === 0) return { password, code: '' }
    if (code.trim() === '' && kinds.includes('webauthn')) return { password, code: '', key: await keyAnswer() }
    const known = codeOf(code)
    if (!known) refused.value = t('people.factor.codeShape')
    return known ? { password, code: known } : null
  }

  return { busy, refused, ask, keyAnswer, proofBy }
}
