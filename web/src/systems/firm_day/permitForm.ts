/** A permit as it is typed. No Vue, no network. */
import type { GasTestBody, KindKey, LevelKey, PermitBody, PermitDetail, WorkKind, WorkStandard } from '@/api/firmDay'

const HOUR_MS = 3_600_000

export interface PermitDraft {
  subject_id: string
  code: string
  kind: KindKey
  level: LevelKey
  at_night: boolean
  spot: string
  content: string
  isolation: string
  contractor: string
  applicant: string
  guardian: string
  approver: string
  planned_start: string
  planned_end: string
}

/** A fresh permit begins at the next full hour. */
export function draftOf(permit: PermitDetail | null, nowMs: number): PermitDraft {
  const start = Math.ceil(nowMs / HOUR_MS) * HOUR_MS
  const fresh: PermitDraft = {
    subject_id: '', code: '', kind: 'hot_work', level: 'second', at_night: false, spot: '', content: '', isolation: '', contractor: '', applicant: '', guardian: '',
    approver: '', planned_start: new Date(start).toISOString(), planned_end: new Date(start + 8 * HOUR_MS).toISOString(),
  }
  if (!permit) return fresh
  return {
    subject_id: permit.subject_id, code: permit.code, kind: permit.kind, level: permit.level, at_night: permit.is_off_hours, spot: permit.spot, content: permit.content,
    isolation: permit.isolation, contractor: permit.contractor, applicant: permit.applicant, guardian: permit.guardian, approver: permit.approver,
    planned_start: permit.planned_start, planned_end: permit.planned_end,
  }
}

export const kindOf = (standard: WorkStandard | null, key: KindKey): WorkKind | undefined => standard?.kinds.find((one) => one.key === key)

/** The level that a kind begins with when it is chosen: the mildest. */
export function firstLevel(kind: WorkKind | undefined): LevelKey {
  return kind?.levels.at(-1)?.key ?? ''
}

export function bodyOf(draft: PermitDraft): PermitBody {
  return {
    kind: draft.kind, level: draft.level, at_night: draft.at_night, spot: draft.spot.trim(), content: draft.content.trim(), isolation: draft.isolation.trim(),
    contractor: draft.contractor.trim(), applicant: draft.applicant.trim(), guardian: draft.guardian.trim(), approver: draft.approver.trim(),
    planned_start: draft.planned_start, planned_end: draft.planned_end,
  }
}

/** What is missing or wrong, by field; the words are the page's. How long a level is good for is the server's to say. */
export function wrongWith(draft: PermitDraft, isNew: boolean): Record<string, string> {
  const wrong: Record<string, string> = {}
  const needed: (keyof PermitDraft)[] = ['spot', 'content', 'planned_start', 'planned_end', ...(isNew ? (['subject_id'] as const) : [])]
  for (const key of needed) if (!String(draft[key]).trim()) wrong[key] = 'ui.invalid.missing'
  if (draft.planned_start && draft.planned_end && Date.parse(draft.planned_end) <= Date.parse(draft.planned_start)) wrong.planned_end = 'firmDay.wrong.span'
  return wrong
}

export interface GasDraft {
  at: string
  by: string
  spot: string
  oxygen_pct: number | null
  flammable_lel_pct: number | null
  toxic: string
  toxic_ppm: number | null
}

export const freshGas = (nowMs: number): GasDraft => ({ at: new Date(nowMs).toISOString(), by: '', spot: '', oxygen_pct: null, flammable_lel_pct: null, toxic: '', toxic_ppm: null })

export const gasBody = (draft: GasDraft): GasTestBody => ({ ...draft, by: draft.by.trim(), spot: draft.spot.trim(), toxic: draft.toxic.trim() })

export function wrongGas(draft: GasDraft): Record<string, string> {
  const wrong: Record<string, string> = {}
  if (!draft.at) wrong.at = 'ui.invalid.missing'
  if (!draft.by.trim()) wrong.by = 'ui.invalid.missing'
  if (draft.oxygen_pct === null && draft.flammable_lel_pct === null && draft.toxic_ppm === null) wrong.oxygen_pct = 'firmDay.wrong.oneResult'
  return wrong
}
