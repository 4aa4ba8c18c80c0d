/** One plausible limit for tests; what matters to a test is named by it. */
import type { Limit } from '@/api/types'

export function testLimit(given: Partial<Limit> = {}): Limit {
  return {
    id: 'L1', version: 1, div: 640181, zone: null, site: 'S1', matter: 'hazchem', datastream_id: 'D1', datastream_name: '液位', datastream_name_en: 'Level', tag: 'LI-101',
    subject_id: 'T1', subject_name: 'T-101 液氨储罐', subject_name_en: 'T-101 ammonia tank', site_name: '宁东化工', site_name_en: '', condition: 'HH', value: 90, unit: '%', deadband: 1,
    on_delay_ms: 2000, off_delay_ms: 3000, low: null, window_ms: null, priority: 1, standard: 'AQ 3035-2010', clause: '液位高低限', clause_en: 'high and low level', confidence: 'design',
    valid_from: '2026-08-01T02:00:00Z', superseded_at: null, filed_by: 'user:U1', filed_by_name: '马四', reason: '设计值', reason_en: '', ended_by_name: '',
    end_reason: '', state: 'in_force', in_force_since: '2026-08-01T02:00:01Z', may: ['change', 'withdraw'],
    ...given,
  }
}
