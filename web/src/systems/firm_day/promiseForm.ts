/** A promise as it is typed, and what of it does not fit the firm's own tickets. No Vue, no network. */
import type { DayStanding, PromiseBody, PromiseVersion, Risk } from '@/api/firmDay'
import type { Tone } from '@/ui/tone'

export const RISKS: readonly Risk[] = ['low', 'general', 'considerable', 'major']
export const STEPS = ['shift', 'workshop', 'firm'] as const
/** Hot work by level, the other kinds as a whole, as the server counts them. */
export const WORK_KEYS = [
  'hot_work.special', 'hot_work.first', 'hot_work.second', 'confined_space', 'blind_plate', 'height', 'lifting', 'temporary_power', 'digging', 'road_closing',
] as const
export const STANDINGS: readonly DayStanding[] = ['contradicted', 'missing', 'withdrawn', 'waiting', 'late', 'promised']
const UNITS = ['units_total', 'units_running', 'units_stopped', 'units_under_repair'] as const
export const UNIT_KEYS = UNITS

const TONES: Readonly<Record<DayStanding, Tone>> = { contradicted: 'attention', missing: 'attention', withdrawn: 'attention', waiting: 'none', late: 'going', promised: 'done' }
export const toneOfDay = (standing: DayStanding): Tone => TONES[standing]

export interface PromiseDraft {
  units_total: number | null
  units_running: number | null
  units_stopped: number | null
  units_under_repair: number | null
  works: Record<string, number | null>
  tanks_safe: '' | 'yes' | 'no'
  is_trial: boolean
  is_starting_or_stopping: boolean
  risk: Risk | ''
  steps: { step: (typeof STEPS)[number]; by: string; said: string }[]
  accountability: string
  text: string
  signed_by: string
  reason: string
}

const stepsOf = (last: PromiseVersion | null) => STEPS.map((step) => ({ step, by: '', said: '', ...last?.steps.find((one) => one.step === step) }))
const worksOf = (counts: Readonly<Record<string, number>>) => Object.fromEntries(WORK_KEYS.map((key) => [key, counts[key] ?? 0]))

/** What was promised last, with the counts of today's tickets where nothing has been promised yet. */
export function promiseDraft(last: PromiseVersion | null, works: Readonly<Record<string, number>>, text: string): PromiseDraft {
  if (!last) {
    return {
      units_total: null, units_running: null, units_stopped: null, units_under_repair: null, works: worksOf(works), tanks_safe: '', is_trial: false, is_starting_or_stopping: false,
      risk: '', steps: stepsOf(null), accountability: '', text, signed_by: '', reason: '',
    }
  }
  const { units_total, units_running, units_stopped, units_under_repair, is_trial, is_starting_or_stopping, risk, accountability, text: said, signed_by } = last
  return {
    units_total, units_running, units_stopped, units_under_repair, works: worksOf(last.works), tanks_safe: last.tanks_safe ? 'yes' : 'no', is_trial, is_starting_or_stopping, risk,
    steps: stepsOf(last), accountability, text: said, signed_by, reason: '',
  }
}

export function promiseBody(draft: PromiseDraft): PromiseBody {
  return {
    units_total: draft.units_total ?? 0, units_running: draft.units_running ?? 0, units_stopped: draft.units_stopped ?? 0, units_under_repair: draft.units_under_repair ?? 0,
    works: Object.fromEntries(Object.entries(draft.works).map(([key, n]) => [key, n ?? 0])), tanks_safe: draft.tanks_safe === 'yes', is_trial: draft.is_trial,
    is_starting_or_stopping: draft.is_starting_or_stopping, risk: draft.risk || 'low',
    steps: draft.steps.map(({ step, by, said }) => ({ step, by: by.trim(), said: said.trim() })), accountability: draft.accountability.trim(), text: draft.text.trim(),
    signed_by: draft.signed_by.trim(),
  }
}

/** Units that do not add up; what is not said yet adds up to nothing. */
function wrongUnits(draft: PromiseDraft): boolean {
  const [total, ...parts] = UNITS.map((key) => draft[key])
  if (total === null || total === undefined || parts.includes(null)) return false
  return parts.reduce<number>((sum, one) => sum + (one ?? 0), 0) !== total
}

/** What is missing or wrong, by field; nothing is taken for granted that a person has to say. */
export function wrongPromise(draft: PromiseDraft, isCorrection: boolean): Record<string, string> {
  const said: [string, boolean][] = [
    ...UNITS.map((key): [string, boolean] => [key, draft[key] !== null]),
    ...WORK_KEYS.map((key): [string, boolean] => [`works.${key}`, Number.isInteger(draft.works[key] ?? null)]),
    ['tanks_safe', draft.tanks_safe !== ''], ['risk', draft.risk !== ''], ['text', draft.text.trim() !== ''], ['signed_by', draft.signed_by.trim() !== ''],
    ...draft.steps.map((one): [string, boolean] => [`steps.${one.step}`, one.by.trim() !== '']),
    ['reason', !isCorrection || draft.reason.trim() !== ''],
  ]
  const wrong = Object.fromEntries(said.filter(([, is]) => !is).map(([key]) => [key, 'ui.invalid.missing']))
  return wrongUnits(draft) ? { ...wrong, units_total: 'firmDay.wrong.units' } : wrong
}

/** Of which works fewer are promised than tickets stand: said before it is sent, and sent all the same if meant so. */
export function fewerThan(draft: Pick<PromiseDraft, 'works'>, tickets: Readonly<Record<string, number>>): string[] {
  return WORK_KEYS.filter((key) => (tickets[key] ?? 0) > (draft.works[key] ?? 0))
}
