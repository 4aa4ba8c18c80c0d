/** What may be one firm: which entry is kept, which go into it, and what moves. No Vue, no network. */
import type { DoubledFirm, DoubledGroup, Merge } from '@/api/doubledFirms'

/** What hangs on an entry, in the order in which it is told. */
export const HANGING = ['sites', 'subjects', 'gateways', 'posts', 'documents'] as const
export type Hanging = (typeof HANGING)[number]
/** What a merge has moved, in the order in which it is told. */
export const MOVED = ['sites', 'gateways', 'posts', 'documents', 'reaches', 'grants', 'shifts', 'parts', 'aliases'] as const

/** The reasons that speak for an entry, each once, with the likeness of the best pair. */
export function reasonsOf(group: DoubledGroup, id: string): string[] {
  const own = group.pairs.filter(({ first, second }) => first === id || second === id)
  return [...new Set(own.flatMap(({ reasons }) => reasons))]
}

/** How much of each would move; what is nothing is not told. */
export function movingOf(firms: DoubledFirm[]): { key: Hanging; n: number }[] {
  return HANGING.map((key) => ({ key, n: firms.reduce((sum, one) => sum + one[key], 0) })).filter(({ n }) => n > 0)
}

/** How much of each has moved; what is nothing is not told. */
export function movedOf(merge: Pick<Merge, 'moved'>): { key: string; n: number }[] {
  return MOVED.map((key) => ({ key, n: merge.moved[key]?.length ?? 0 })).filter(({ n }) => n > 0)
}

/** Those that can go into the kept one: never one with a code into one without. */
export function mergeable(kept: DoubledFirm, firms: DoubledFirm[]): DoubledFirm[] {
  return firms.filter((one) => one.id !== kept.id && (kept.credit_code !== null || one.credit_code === null))
}
