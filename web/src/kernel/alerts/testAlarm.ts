/** One plausible alarm for tests; what matters to a test is named by it. */
import type { Alarm } from '@/api/types'

export function testAlarm(given: Partial<Alarm> = {}): Alarm {
  const at = '2026-08-01T02:00:00Z'
  return {
    id: 'A1', version: 1, subject_id: 'S1', subject_name: 'T-101 液氨储罐', subject_name_en: 'T-101 ammonia tank', site_name: '宁东化工', site_name_en: '', datastream_id: 'D1', datastream_name: '液位', datastream_name_en: 'Level', tag: 'LI-101',
    unit: '%', condition: 'HH', priority: 1, instrument_state: 'active', firm_state: 'new', bureau_state: 'listed', value: 96.2,
    limit_id: 'L1', limit_version: 3, limit_value: 95, limit_standard: 'AQ 3035', limit_clause: '4.2', limit_clause_en: '', limit_confidence: 'standard', raised_at: at, last_raised_at: at, returned_at: null, occurrences: 1, is_late: false, unconfirmed_at: null, confirmed_by: '',
    confirmed_at: null, closed_by: '', closed_at: null, cause: '', measure: '', evidence: '', is_false: null, checked_by: '', checked_at: null, check_outcome: '', check_note: '', shelved_until: null, shelved_by: '', shelve_reason: '',
    suppressed_by: null, out_of_service: false, out_of_service_until: null, out_of_service_by: '', out_of_service_reason: '', parent_id: null, cause_key: '', matter: 'hazchem', div: 640181, zone: null, site: 'S1', exercise_id: null,
    ...given,
  }
}
