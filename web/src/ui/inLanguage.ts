/** A name in the language of the page; where it has no English one, the Chinese. */
import { useI18n } from 'vue-i18n'

export function useInLanguage(): (zh: string | null | undefined, en: string | null | undefined) => string {
  const { locale } = useI18n()
  return (zh, en) => (locale.value === 'en' && en ? en : (zh ?? ''))
}

/** The same for a row of the API: `subject_name` beside `subject_name_en`, in the language of the page. */
export function useNameOf(): <T extends object>(row: T | null | undefined, key: keyof T & string) => string {
  const inLanguage = useInLanguage()
  return (row, key) => {
    if (!row) return ''
    const words = row as Readonly<Record<string, unknown>>
    const [zh, en] = [words[key], words[`${key}_en`]]
    return inLanguage(typeof zh === 'string' ? zh : '', typeof en === 'string' ? en : '')
  }
}
