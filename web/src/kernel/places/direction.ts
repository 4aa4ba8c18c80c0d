/** A direction in one of eight words: 0 is north, 90 east. */
export const DIRECTIONS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export type Direction = (typeof DIRECTIONS)[number]

const SECTOR_DEG = 45

export function directionOf(bearingDeg: number): Direction {
  const n = Math.round(bearingDeg / SECTOR_DEG) % DIRECTIONS.length
  return DIRECTIONS[(n + DIRECTIONS.length) % DIRECTIONS.length] ?? 'n'
}
