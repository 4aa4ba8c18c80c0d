/** Words of all slices, Chinese first; each slice keeps its own beside its components. */
import { watch } from 'vue'
import { createI18n } from 'vue-i18n'

type Words = Record<string, unknown>
const files = import.meta.glob<{ default: Words }>('../**/locale.*.json', { eager: true })
const KEPT = 'anlan.language'
const LANGUAGES = ['zh-CN', 'en'] as const

export type Language = (typeof LANGUAGES)[number]

/** Return every word of a language, the slices' files laid together. */
export function wordsOf(language: Language): Words {
  const found = Object.entries(files).filter(([path]) => path.endsWith(`locale.${language}.json`))
  return Object.assign({}, ...found.map(([, file]) => file.default)) as Words
}

function chosen(): Language {
  return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh-CN'
}

export function makeI18n() {
  const i18n = createI18n({
    legacy: false,
    locale: chosen() as string,
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': wordsOf('zh-CN'), en: wordsOf('en') } as Record<string, never>,
  })
  watch(i18n.global.locale, (language) => {
    localStorage.setItem(KEPT, language)
    document.documentElement.lang = language
  }, { immediate: true })
  return i18n
}
