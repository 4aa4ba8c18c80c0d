/** From open alarms to what the map paints: a subject shows the worst of itself and of what hangs below it. */
import type { SubjectState } from './alarmStore'

/** Feature-state of a subject; 0 is "no alarm". */
export interface Painted {
  p: number
  unanswered: boolean
  offline: boolean
  [key: string]: number | boolean
}

const CALM: Painted = { p: 0, unanswered: false, offline: false }

export function worse(before: Painted | undefined, state: SubjectState): Painted {
  return {
    p: before && before.p > 0 ? Math.min(before.p, state.priority) : state.priority,
    unanswered: (before?.unanswered ?? false) || state.unanswered,
    offline: (before?.offline ?? true) && state.offline,
  }
}

export function rollUp(states: ReadonlyMap<string, SubjectState>, lineage: (id: string) => string[]): Map<string, Painted> {
  const painted = new Map<string, Painted>()
  for (const [id, state] of states) for (const above of lineage(id)) painted.set(above, worse(painted.get(above), state))
  return painted
}

/** A sign that stands for several shows the worst of them, so that red is never under grey. */
export function worstOf(members: readonly string[], painted: ReadonlyMap<string, Painted>): Painted | null {
  const states = members.flatMap((id) => painted.get(id) ?? []).filter(({ p }) => p > 0)
  if (states.length === 0) return null
  return {
    p: Math.min(...states.map(({ p }) => p)),
    unanswered: states.some(({ unanswered }) => unanswered),
    offline: states.every(({ offline }) => offline),
  }
}

const isSame = (a: Painted, b: Painted) => a.p === b.p && a.unanswered === b.unanswered && a.offline === b.offline

/** Only what changed between two pictures: a storm must not repaint the county. */
export function changes(before: ReadonlyMap<string, Painted>, after: ReadonlyMap<string, Painted>): [string, Painted][] {
  const changed: [string, Painted][] = []
  for (const [id, now] of after) if (!isSame(before.get(id) ?? CALM, now)) changed.push([id, now])
  for (const id of before.keys()) if (!after.has(id)) changed.push([id, CALM])
  return changed
}
