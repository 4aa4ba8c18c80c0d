/** The four levels: never colour alone, always a shape and a figure beside it. */
export type Priority = 1 | 2 | 3 | 4

export const PRIORITIES: readonly Priority[] = [1, 2, 3, 4]

/** Outlines in a 24 x 24 box; the same on the map and in the text. */
export const SHAPES: Readonly<Record<Priority, string>> = {
  1: 'M12 1 L23 12 L12 23 L1 12 Z',
  2: 'M12 1.5 L23.5 22 L0.5 22 Z',
  3: 'M2 2 H22 V22 H2 Z',
  4: 'M12 1 A11 11 0 1 1 11.99 1 Z',
}

/** Where the figure stands: the triangle's is lower. */
export const FIGURE_Y: Readonly<Record<Priority, number>> = { 1: 12, 2: 15, 3: 12, 4: 12 }

export function isPriority(value: number | null | undefined): value is Priority {
  return value === 1 || value === 2 || value === 3 || value === 4
}
