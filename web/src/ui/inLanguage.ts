/** A name in the language of the page; where it has no English one, the Chinese. */
import { useI18n } from 'vue-i18n'

export function useInLanguage(): (zh: string | null | undefined, en: string | null | undefined) => string {
  const { locale } = useI18n()
  return (zh, en) => (locale.value === 'en' && en ? en : (zh ?? ''))
}
