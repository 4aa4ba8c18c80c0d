/** A stretch of the past as it was known then: state before + changes = state after, forwards and back. */
import type { Alarm } from '@/api/types'

import { isOpen } from './alarm'

export interface Known {
  /** Ms at which the journal knew it. */
  at: number
  state: Alarm
}

export class Night {
  private readonly first: ReadonlyMap<string, Alarm>
  private held: Map<string, Alarm>
  /** How many changes are in `held`. */
  private taken = 0

  /** `open` is what stood at the beginning, `changes` what was known later, in its order. */
  constructor(open: readonly Alarm[], private readonly changes: readonly Known[]) {
    this.first = new Map(open.map((alarm) => [alarm.id, alarm]))
    this.held = new Map(this.first)
  }

  /** The moments at which something was known: where a time bar has its marks. */
  get moments(): number[] {
    return this.changes.map((one) => one.at)
  }

  /** The alarms that were open at a moment, by id; the same map as before when nothing changed between. */
  at(ms: number): ReadonlyMap<string, Alarm> {
    const wanted = this.upTo(ms)
    if (wanted === this.taken) return this.held
    const isBack = wanted < this.taken
    const next = new Map(isBack ? this.first : this.held)
    for (const { state } of this.changes.slice(isBack ? 0 : this.taken, wanted)) {
      if (isOpen(state)) next.set(state.id, state)
      else next.delete(state.id)
    }
    this.taken = wanted
    this.held = next
    return next
  }

  /** How many changes were known by a moment. */
  private upTo(ms: number): number {
    let low = 0
    let high = this.changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.changes[middle]?.at ?? Infinity) <= ms) low = middle + 1
      else high = middle
    }
    return low
  }
}
