/** The words of every slice, gathered: each `locale.<language>.json` stands beside what it names. */
import { createI18n } from 'vue-i18n'

import { pseudoAll } from '@/ui/pseudo'

import chinese from './words.zh-CN'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEPT = 'anlan.language'
/** Set by who looks for words that have no room (tests/journeys): English, longer by a half. */
const PSEUDO = 'anlan.pseudo'

function keptLanguage(): Language {
  const kept = localStorage.getItem(KEPT)
  return LANGUAGES.find((language) => language === kept) ?? 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: keptLanguage(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': chinese } as never,
})

export function keepLanguage(language: string): void {
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language
}

/** Have the words of a language; English comes when somebody wants it. Until then Chinese stands in. */
export async function learn(language: string): Promise<void> {
  const { availableLocales, setLocaleMessage } = i18n.global
  if (language !== 'en' || (availableLocales as string[]).includes('en')) return
  const { default: english } = await import('./words.en')
  setLocaleMessage('en' as never, (localStorage.getItem(PSEUDO) ? pseudoAll(english as never) : english) as never)
}
