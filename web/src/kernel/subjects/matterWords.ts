/** A matter of supervision (监管事项) in words; one that only the register knows stands as its code. */
import { useI18n } from 'vue-i18n'

/** The matters that the catalogue of kinds knows. */
export const MATTERS = ['hazchem', 'mining', 'industry', 'flood', 'forest_fire'] as const

export function useMatterWords(): (code: string) => string {
  const { t, te } = useI18n()
  return (code) => (te(`subjects.matter.${code}`) ? t(`subjects.matter.${code}`) : code)
}
