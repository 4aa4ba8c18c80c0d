/** The words of every slice, gathered: each `locale.<language>.json` stands beside what it names. */
import { createI18n } from 'vue-i18n'

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

const KEPT = 'anlan.language'

type Words = Record<string, unknown>

const files = import.meta.glob<Words>('../**/locale.*.json', { eager: true, import: 'default' })

export function messagesOf(language: Language): Words {
  const own = Object.entries(files).filter(([path]) => path.endsWith(`locale.${language}.json`))
  return Object.assign({}, ...own.map(([, words]) => words)) as Words
}

function keptLanguage(): Language {
  const kept = localStorage.getItem(KEPT)
  return LANGUAGES.find((language) => language === kept) ?? 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: keptLanguage(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': messagesOf('zh-CN'), en: messagesOf('en') } as never,
})

export function keepLanguage(language: string): void {
  localStorage.setItem(KEPT, language)
  document.documentElement.lang = language
}
