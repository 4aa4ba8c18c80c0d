/** What a limit is to the form: its draft, what is wrong with it, what it would do. No Vue, no network. */
import type { Datastream, Limit, LimitChange } from '@/api/types'
import { isPriority, type Priority } from '@/ui/levels'

/** The conditions that the engine judges: on the value from the top down, on its change, on the instrument. */
export const LIMIT_CONDITIONS = ['HH', 'H', 'L', 'LL', 'rate', 'range', 'frozen', 'silent'] as const
export type LimitCondition = (typeof LIMIT_CONDITIONS)[number]

export const CONFIDENCES = ['standard', 'design', 'default', 'unverified'] as const
export type Confidence = (typeof CONFIDENCES)[number]

const DEFAULT_PRIORITY: Readonly<Record<LimitCondition, Priority>> = { HH: 1, LL: 1, H: 3, L: 3, rate: 3, range: 4, frozen: 4, silent: 4 }
const DEFAULT_WINDOW_S: Partial<Record<LimitCondition, number>> = { rate: 60, frozen: 1800 }
const FROM_THE_BOTTOM: readonly string[] = ['LL', 'L', 'H', 'HH']
const LONGEST_DELAY_S = 86_400
const SHORTEST_SILENCE_S = 5
const SHORTEST_WINDOW_S = 1

/** What has neither deadband nor delays: it is a duration itself. */
export const isPlain = (condition: LimitCondition) => condition === 'silent' || condition === 'frozen'
export const hasWindow = (condition: LimitCondition) => condition === 'rate' || condition === 'frozen'
/** What the figure of a limit is in. */
export const unitOf = (condition: string, unit: string) => (condition === 'silent' ? 's' : condition === 'rate' ? `${unit}/s` : unit)

export interface LimitDraft {
  condition: LimitCondition
  value: number | null
  /** Lower end of an instrument's range. */
  low: number | null
  /** What a rate is taken over, and how long a signal must stand still. */
  windowS: number | null
  deadband: number | null
  onDelayS: number | null
  offDelayS: number | null
  priority: Priority
  standard: string
  clause: string
  confidence: Confidence
  reason: string
}

export function isLimitCondition(name: string): name is LimitCondition {
  return (LIMIT_CONDITIONS as readonly string[]).includes(name)
}

export function newDraft(condition: LimitCondition): LimitDraft {
  return {
    condition, value: null, low: null, windowS: DEFAULT_WINDOW_S[condition] ?? null, deadband: 0, onDelayS: 0, offDelayS: 0, priority: DEFAULT_PRIORITY[condition],
    standard: '', clause: '', confidence: 'unverified', reason: '',
  }
}

/** A standing limit as what is to be changed; an ended one as what is to be filed again. */
export function draftOf(limit: Limit): LimitDraft {
  return {
    condition: isLimitCondition(limit.condition) ? limit.condition : 'H',
    value: limit.value,
    low: limit.low,
    windowS: limit.window_ms === null ? null : limit.window_ms / 1000,
    deadband: limit.deadband,
    onDelayS: limit.on_delay_ms / 1000,
    offDelayS: limit.off_delay_ms / 1000,
    priority: isPriority(limit.priority) ? limit.priority : 4,
    standard: limit.standard,
    clause: limit.clause,
    confidence: CONFIDENCES.find((one) => one === limit.confidence) ?? 'unverified',
    // A reason is why it was filed then; why it is filed now has to be said anew.
    reason: '',
  }
}

const toMs = (seconds: number | null) => Math.round((seconds ?? 0) * 1000)

export function bodyOf(draft: LimitDraft): LimitChange {
  const isBare = isPlain(draft.condition)
  return {
    value: draft.value ?? 0,
    ...(draft.condition === 'range' ? { low: draft.low } : {}),
    ...(hasWindow(draft.condition) ? { window_ms: toMs(draft.windowS) } : {}),
    deadband: isBare ? 0 : (draft.deadband ?? 0),
    on_delay_ms: isBare ? 0 : toMs(draft.onDelayS),
    off_delay_ms: isBare ? 0 : toMs(draft.offDelayS),
    priority: draft.priority,
    standard: draft.standard.trim(),
    clause: draft.clause.trim(),
    // What a person writes is in his language; the page in English shows it as it is.
    clause_en: '',
    reason_en: '',
    confidence: draft.confidence,
    reason: draft.reason.trim(),
  }
}

type Standing = readonly Pick<Datastream['limits'][number], 'condition' | 'value'>[]

export interface Wrong {
  key: string
  with?: Record<string, unknown>
}

function orderWrong({ condition, value }: LimitDraft, others: Standing): Wrong | null {
  const rank = FROM_THE_BOTTOM.indexOf(condition)
  if (value === null || rank < 0) return null
  for (const other of others) {
    const theirs = FROM_THE_BOTTOM.indexOf(other.condition)
    if (theirs < 0 || theirs === rank) continue
    if (theirs > rank && value >= other.value) return { key: 'sensing.wrong.below', with: { other: other.condition, bound: other.value } }
    if (theirs < rank && value <= other.value) return { key: 'sensing.wrong.above', with: { other: other.condition, bound: other.value } }
  }
  return null
}

const outside = (value: number | null, low: number, high = Infinity) => value === null || value < low || value > high

/** Field by field what is wrong, as key and figures of a sentence; the server checks again. */
export function wrongWith(draft: LimitDraft, others: Standing): Partial<Record<keyof LimitDraft, Wrong>> {
  const value = valueWrong(draft, others)
  return {
    ...(value ? { value } : {}),
    ...ownWrong(draft),
    ...(isPlain(draft.condition) ? {} : fineWrong(draft)),
    ...(draft.reason.trim() ? {} : { reason: { key: 'sensing.wrong.reason' } }),
  }
}

function valueWrong(draft: LimitDraft, others: Standing): Wrong | null {
  if (draft.value === null) return { key: 'sensing.wrong.number' }
  if (hasWindow(draft.condition) && draft.value <= 0) return { key: 'sensing.wrong.positive' }
  if (draft.condition !== 'silent') return orderWrong(draft, others)
  return draft.value < SHORTEST_SILENCE_S ? { key: 'sensing.wrong.silence', with: { bound: SHORTEST_SILENCE_S } } : null
}

type Wrongs = Partial<Record<keyof LimitDraft, Wrong>>

/** What only this kind of limit has. */
function ownWrong(draft: LimitDraft): Wrongs {
  if (hasWindow(draft.condition)) return changeWrong(draft)
  return draft.condition === 'range' ? rangeWrong(draft) : {}
}

function changeWrong({ condition, value, windowS, deadband }: LimitDraft): Wrongs {
  const window: Wrong = { key: 'sensing.wrong.window', with: { low: SHORTEST_WINDOW_S, bound: LONGEST_DELAY_S } }
  const isWide = condition === 'rate' && value !== null && value > 0 && (deadband ?? 0) >= value
  return {
    ...(outside(windowS, SHORTEST_WINDOW_S, LONGEST_DELAY_S) ? { windowS: window } : {}),
    ...(isWide ? { deadband: { key: 'sensing.wrong.deadbandRate' } } : {}),
  }
}

function rangeWrong({ value, low, deadband }: LimitDraft): Wrongs {
  if (low === null) return { low: { key: 'sensing.wrong.number' } }
  if (value === null) return {}
  if (low >= value) return { low: { key: 'sensing.wrong.lowEnd', with: { bound: value } } }
  return 2 * (deadband ?? 0) >= value - low ? { deadband: { key: 'sensing.wrong.deadbandRange' } } : {}
}

function fineWrong({ deadband, onDelayS, offDelayS }: LimitDraft): Partial<Record<keyof LimitDraft, Wrong>> {
  const delay: Wrong = { key: 'sensing.wrong.delay', with: { bound: LONGEST_DELAY_S } }
  return {
    ...(outside(deadband, 0) ? { deadband: { key: 'sensing.wrong.notNegative' } } : {}),
    ...(outside(onDelayS, 0, LONGEST_DELAY_S) ? { onDelayS: delay } : {}),
    ...(outside(offDelayS, 0, LONGEST_DELAY_S) ? { offDelayS: delay } : {}),
  }
}

const FAR = 2

/** How many times the old value the new one is, when that is so far that a slip is likely; else null. */
export function farFrom(old: number | undefined, value: number): number | null {
  if (!old || !value || old === value) return null
  const times = value / old
  return times >= FAR || times <= 1 / FAR ? times : null
}

/** What a limit says beside why it was filed, each with the word of its field. */
const SAID: readonly [keyof LimitChange, string][] = [
  ['value', 'sensing.column.limit'],
  ['low', 'sensing.field.low'],
  ['window_ms', 'sensing.field.windowName'],
  ['deadband', 'sensing.field.deadband'],
  ['on_delay_ms', 'sensing.field.onDelay'],
  ['off_delay_ms', 'sensing.field.offDelay'],
  ['priority', 'alerts.column.priority'],
  ['standard', 'sensing.field.standard'],
  ['clause', 'sensing.field.clause'],
  ['confidence', 'sensing.field.confidence'],
]

/** Keys of the words of everything that differs as it would be filed; a reason alone is no change. */
export function changedFields(a: LimitDraft, b: LimitDraft): string[] {
  if (a.value === null || b.value === null) return a.value === b.value ? [] : ['sensing.column.limit']
  const [one, other] = [bodyOf(a), bodyOf(b)]
  return SAID.filter(([name]) => one[name] !== other[name]).map(([, key]) => key)
}

/** The same figures on the same ground: nothing to file. */
export const isSame = (a: LimitDraft, b: LimitDraft) => changedFields(a, b).length === 0
