/** What a list shows of a row, and how its order turns. */
export interface Column {
  key: string
  label: string
  /** Field that the server sorts by; without one the order is not offered. */
  sort?: string
  align?: 'left' | 'right'
  width?: string
  /**
   * What the server calls what the cell says, the first under the column's own words: the columns of the sheet.
   * Without it the key; none of what is an act, or what only the screen knows.
   */
  fields?: readonly string[]
  /** On a hand-held screen the value speaks for itself: no label before it. */
  bare?: boolean
}

export const fieldsOf = ({ key, fields, bare = false }: Column): readonly string[] => fields ?? (bare ? [] : [key])

export function plainCell(row: object, key: string): string {
  const value = (row as Record<string, unknown>)[key]
  return value === null || value === undefined || value === '' ? '—' : String(value)
}

/** The same key again turns the order round. */
export function turned(sort: string, key: string): string {
  return sort === key ? `-${key}` : key
}
