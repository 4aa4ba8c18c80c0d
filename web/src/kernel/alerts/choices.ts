/** The causes and outcomes of the forms and the clocks of an answer, asked once; ours to translate, the server's to decide. */
import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'

import { readAlarmChoices } from '@/api/alerts'
import type { AlarmChoices } from '@/api/types'

const choices = shallowRef<AlarmChoices>({ clocks: [], phone_s: 0, causes: [], outcomes: [] })
let asked: Promise<void> | null = null

function ask(): void {
  asked ??= readAlarmChoices()
    .then((found) => void (choices.value = found))
    .catch(() => void (asked = null))
}

/** In what time an alarm is answered; none known until the server has said. */
export function useClocks(): Readonly<typeof choices> {
  ask()
  return choices
}

export function useChoices() {
  const { t, te, locale } = useI18n()
  ask()

  const titled = (kind: 'cause' | 'outcome', code: string, title: string): string => {
    const key = `alerts.${kind}.${code}`
    return locale.value !== 'zh-CN' && te(key) ? t(key) : title
  }
  const causes = () => choices.value.causes.map(({ code, title }) => ({ code, title: titled('cause', code, title) }))
  const outcomes = () => choices.value.outcomes.map(({ code, title }) => ({ code, title: titled('outcome', code, title) }))
  const outcomeTitle = (code: string): string => outcomes().find((one) => one.code === code)?.title ?? code
  const causeTitle = (code: string): string => causes().find((one) => one.code === code)?.title ?? code
  return { causes, outcomes, causeTitle, outcomeTitle }
}
