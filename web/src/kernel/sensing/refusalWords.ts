/** Why a door did not take a message or a row, in words; a code that a newer server knows stands as it is. */
import { useI18n } from 'vue-i18n'

export function useRefusalWords(): (code: string) => string {
  const { t, te } = useI18n()
  return (code) => (te(`sensing.refusal.${code}`) ? t(`sensing.refusal.${code}`) : code)
}
