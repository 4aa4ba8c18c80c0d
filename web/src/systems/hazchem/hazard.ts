/** Grades, stock and figures as people read them. No Vue, no network. */
import type { Grade, Installation, Overstock, SheetTotal } from '@/api/hazchem'
import type { Tone } from '@/ui/tone'

/** The gravest first; 0 is none. */
export const GRADES: readonly Grade[] = [1, 2, 3, 4, 0]

const TONES: Readonly<Record<Grade, Tone>> = { 1: 'attention', 2: 'attention', 3: 'going', 4: 'going', 0: 'none' }

/** A grade is no alarm level: it is told by fill and weight. */
export const toneOf = (grade: Grade): Tone => TONES[grade]

export const toneOfOver = (over: Overstock): Tone => (over === '' ? 'done' : 'attention')

/** What is 1 on paper may be a little less in binary: it counts as reached, as in the sums themselves. */
const REACHED = 1e-9
const MOST_DIGITS = 12

/** A share or sum to as many figures as tell it apart from its bound, which is a whole number: 99.9996 is no 100. */
export function sum(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '—'
  if (value === 0) return '0'
  const reached = Math.floor(value * (1 + REACHED))
  let digits = value >= 1 ? 3 : 4
  while (digits < MOST_DIGITS && Math.floor(Number(value.toFixed(digits))) > reached) digits++
  const text = value.toFixed(digits).replace(/\.?0+$/, '')
  return text === '' || Number(text) === 0 ? value.toPrecision(2) : text
}

/** Tonnes: thousands apart, two decimals below ten, else one. */
export function tonnes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '—'
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 1 })
}

/** How full something is against its permit, else its design: 0.. , and null where the stock is not known. */
export function filled({ stock_t: stock, permit_t: permit, design_t: design }: Pick<Installation, 'stock_t' | 'permit_t' | 'design_t'>): number | null {
  const bound = permit ?? design
  return stock === null || bound === null || bound <= 0 ? null : stock / bound
}

/** What the held grade hides of the sums, if anything. */
export function isHeld({ grade, grade_now: now }: Pick<SheetTotal, 'grade' | 'grade_now'>): boolean {
  return grade !== now
}
