import { useI18n } from 'vue-i18n'

/** What a key of works says: kind, and level where it is counted by level; `alarms` are red alarms that are on. */
export function useWorkWords(): (key: string) => string {
  const { t } = useI18n()
  return (key) => {
    if (key === 'alarms') return t('firmDay.promise.redAlarms')
    const [kind = '', level = ''] = key.split('.')
    return [t(`firmDay.kind.${kind}`), level ? t(`firmDay.level.${level}`) : ''].filter(Boolean).join(' ')
  }
}
