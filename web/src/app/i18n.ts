/** The words of every slice, gathered: each `locale.<language>.json` stands beside what it names. */
import { createI18n } from 'vue-i18n'

import { pseudoAll } from '@/ui/pseudo'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEPT = 'anlan.language'
/** Set by who looks for words that have no room (tests/journeys): English, longer by a half. */
const PSEUDO = 'anlan.pseudo'

type Words = Record<string, unknown>

const files = import.meta.glob<Words>('../**/locale.*.json', { eager: true, import: 'default' })

export function messagesOf(language: Language): Words {
  const own = Object.entries(files).filter(([path]) => path.endsWith(`locale.${language}.json`))
  return Object.assign({}, ...own.map(([, words]) => words)) as Words
}

function english(): Words {
  const words = messagesOf('en')
  return localStorage.getItem(PSEUDO) ? (pseudoAll(words as never) as Words) : words
}

function keptLanguage(): Language {
  const kept = localStorage.getItem(KEPT)
  return LANGUAGES.find((language) => language === kept) ?? 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: keptLanguage(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': messagesOf('zh-CN'), en: english() } as never,
})

export function keepLanguage(language: string): void {
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language
}
