/** The columns of the alarm desk, by which its table and its sheet go. */
import type { Column } from '@/ui/table'

/** What a desk does not show until somebody wants it: how it was answered, for those who count afterwards. */
export const HIDDEN_AT_FIRST = 'check,close'

export function monitorColumns(t: (key: string) => string): Column[] {
  return [
    { key: 'priority', label: t('alerts.column.priority') },
    { key: 'subject', label: t('alerts.column.subject'), fields: ['subject_name', 'site_name'] },
    { key: 'datastream', label: t('alerts.column.datastream'), fields: ['datastream_name', 'tag'] },
    { key: 'condition', label: t('alerts.column.condition') },
    { key: 'value', label: t('alerts.column.valueLimit'), fields: ['value', 'unit', 'limit_value'] },
    { key: 'raised', label: t('alerts.column.raised'), fields: ['raised_at', 'occurrences'] },
    { key: 'due', label: t('alerts.column.due'), fields: ['firm_due_at', 'bureau_due_at'] },
    { key: 'states', label: t('alerts.column.states'), fields: ['instrument_state', 'firm_state', 'bureau_state'] },
    { key: 'check', label: t('alerts.column.check'), fields: ['check_outcome', 'check_note', 'checked_by', 'checked_at'] },
    { key: 'close', label: t('alerts.column.close'), fields: ['cause', 'measure', 'evidence', 'is_false', 'closed_by', 'closed_at'] },
  ]
}
