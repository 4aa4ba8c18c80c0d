/** What a limit is to the form: its draft, what is wrong with it, what it would do. No Vue, no network. */
import type { Datastream, Limit, LimitChange } from '@/api/types'
import type { Curve } from '@/charts/curve'
import { isPriority, type Priority } from '@/ui/levels'

/** The conditions that the engine judges today, from the top down. */
export const LIMIT_CONDITIONS = ['HH', 'H', 'L', 'LL', 'silent'] as const
export type LimitCondition = (typeof LIMIT_CONDITIONS)[number]

export const CONFIDENCES = ['standard', 'design', 'default', 'unverified'] as const
export type Confidence = (typeof CONFIDENCES)[number]

const DEFAULT_PRIORITY: Readonly<Record<LimitCondition, Priority>> = { HH: 1, LL: 1, H: 3, L: 3, silent: 4 }
const FROM_THE_BOTTOM: readonly string[] = ['LL', 'L', 'H', 'HH']
const LONGEST_DELAY_S = 86_400
const SHORTEST_SILENCE_S = 5

export interface LimitDraft {
  condition: LimitCondition
  value: number | null
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
    condition, value: null, deadband: 0, onDelayS: 0, offDelayS: 0, priority: DEFAULT_PRIORITY[condition],
    standard: '', clause: '', confidence: 'unverified', reason: '',
  }
}

/** A standing limit as what is to be changed; an ended one as what is to be filed again. */
export function draftOf(limit: Limit): LimitDraft {
  return {
    condition: isLimitCondition(limit.condition) ? limit.condition : 'H',
    value: limit.value,
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

export function bodyOf(draft: LimitDraft): LimitChange {
  const isSilence = draft.condition === 'silent'
  return {
    value: draft.value ?? 0,
    deadband: isSilence ? 0 : (draft.deadband ?? 0),
    on_delay_ms: isSilence ? 0 : Math.round((draft.onDelayS ?? 0) * 1000),
    off_delay_ms: isSilence ? 0 : Math.round((draft.offDelayS ?? 0) * 1000),
    priority: draft.priority,
    standard: draft.standard.trim(),
    clause: draft.clause.trim(),
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
    ...(draft.condition === 'silent' ? {} : fineWrong(draft)),
    ...(draft.reason.trim() ? {} : { reason: { key: 'sensing.wrong.reason' } }),
  }
}

function valueWrong(draft: LimitDraft, others: Standing): Wrong | null {
  if (draft.value === null) return { key: 'sensing.wrong.number' }
  if (draft.condition !== 'silent') return orderWrong(draft, others)
  return draft.value < SHORTEST_SILENCE_S ? { key: 'sensing.wrong.silence', with: { bound: SHORTEST_SILENCE_S } } : null
}

function fineWrong({ deadband, onDelayS, offDelayS }: LimitDraft): Partial<Record<keyof LimitDraft, Wrong>> {
  const delay: Wrong = { key: 'sensing.wrong.delay', with: { bound: LONGEST_DELAY_S } }
  return {
    ...(outside(deadband, 0) ? { deadband: { key: 'sensing.wrong.notNegative' } } : {}),
    ...(outside(onDelayS, 0, LONGEST_DELAY_S) ? { onDelayS: delay } : {}),
    ...(outside(offDelayS, 0, LONGEST_DELAY_S) ? { offDelayS: delay } : {}),
  }
}

/** HH and H at or above, L and LL at or below: as the engine judges. */
export function isBeyond(condition: LimitCondition, limit: number, value: number): boolean {
  if (condition === 'silent') return false
  return condition === 'HH' || condition === 'H' ? value >= limit : value <= limit
}

/** How often a curve would have gone beyond a limit, returning only past its deadband; delays left aside. */
export function timesBeyond(curve: Curve, draft: Pick<LimitDraft, 'condition' | 'value' | 'deadband'>): number {
  const { condition, value: limit } = draft
  if (limit === null || condition === 'silent') return 0
  const isHigh = condition === 'HH' || condition === 'H'
  const sign = isHigh ? 1 : -1
  const furthest = (isHigh ? curve.max : curve.min) ?? curve.v
  const nearest = (isHigh ? curve.min : curve.max) ?? curve.v
  let times = 0
  let active = false
  furthest.forEach((far, n) => {
    const near = nearest[n] ?? far
    if (far !== null && !active && sign * far >= sign * limit) {
      times += 1
      active = true
    }
    if (near !== null && active && sign * near < sign * limit - (draft.deadband ?? 0)) active = false
  })
  return times
}

const FAR = 2

/** How many times the old value the new one is, when that is so far that a slip is likely; else null. */
export function farFrom(old: number | undefined, value: number): number | null {
  if (!old || !value || old === value) return null
  const times = value / old
  return times >= FAR || times <= 1 / FAR ? times : null
}

/** What stands can be changed into what was: the same figures, filed anew. */
export function isSame(a: LimitDraft, b: LimitDraft): boolean {
  return JSON.stringify({ ...a, reason: '' }) === JSON.stringify({ ...b, reason: '' })
}
