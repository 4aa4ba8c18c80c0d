/** How several curves share two axes of value: which goes where, and how the lines are told apart. */
import type { Curve, CurveLimit } from './curve'

export const SIDES = [0, 1] as const
export type Side = (typeof SIDES)[number]

export interface PairLine {
  id: string
  label: string
  unit: string
  resolution: number | null
  curve: Curve
  limits: CurveLimit[]
  side: Side
  /** Token of its colour, where two lines of one axis lie over each other. */
  ink?: '--accent' | '--ink'
}

/** Colours of levels mean levels: a side has one colour of its own, and its lines differ by their dashes. */
const INKS = ['--accent', '--ink'] as const
const DASHES = ['solid', 'dashed', 'dotted', [8, 3, 2, 3]] as const

export function inkOf(side: Side): string {
  return INKS[side]
}

/** The dash of a line: by its place among those of its side. */
export function dashOf(lines: readonly { side: Side }[], at: number) {
  const before = lines.slice(0, at).filter(({ side }) => side === lines[at]?.side).length
  return DASHES[before % DASHES.length] ?? 'solid'
}

/** The unit's side: the first unit left, the second right; a third has none, and is not drawn. */
export function sidesOf(units: readonly string[]): (Side | null)[] {
  const known = [...new Set(units)]
  return units.map((unit) => SIDES.find((side) => known[side] === unit) ?? null)
}
