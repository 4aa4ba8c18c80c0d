/** The roles of one family against the rights that any of them has. */
import type { Role } from '@/api/accounts'

export interface MatrixRow {
  permission: string
  saying: string
  /** In the order of the roles. */
  has: boolean[]
}

export interface MatrixGroup {
  slice: string
  rows: MatrixRow[]
}

/** As a bureau counts them: its own people first, administrators last. */
const FAMILIES = ['bureau', 'grassroots', 'government', 'agency', 'team', 'firm', 'data', 'administrator']
const rank = (family: string) => (FAMILIES.includes(family) ? FAMILIES.indexOf(family) : FAMILIES.length)

export function familiesOf(roles: readonly Role[]): string[] {
  return [...new Set(roles.map(({ family }) => family))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
}

/** Rights by slice; `words` are looked for in the right's name and in how it is said. */
export function matrixOf(roles: readonly Role[], words: string, sayingOf: (permission: string) => string): MatrixGroup[] {
  const wanted = words.trim().toLowerCase()
  const groups = new Map<string, MatrixRow[]>()
  for (const permission of [...new Set(roles.flatMap((one) => one.permissions))].sort()) {
    const saying = sayingOf(permission)
    if (wanted && !`${permission} ${saying}`.toLowerCase().includes(wanted)) continue
    const slice = permission.split('.')[0] ?? permission
    const row = { permission, saying, has: roles.map((one) => one.permissions.includes(permission)) }
    groups.set(slice, [...(groups.get(slice) ?? []), row])
  }
  return [...groups].map(([slice, rows]) => ({ slice, rows }))
}
