/** Which box of the password form a fault belongs to. */
type Box = 'old' | 'fresh' | 'again'
export type Faults = Partial<Record<Box, string>>

const BOX_OF: Readonly<Record<string, Box>> = {
  'people.wrong_password': 'old',
  'people.used_password': 'fresh',
  'people.weak_password': 'fresh',
}

export function boxOf(error: unknown): Box | null {
  return error instanceof Error && 'code' in error ? (BOX_OF[String(error.code)] ?? null) : null
}

/** The server's own reasons of a weak password in the page's language; none when it gave none. */
export function reasonsOf(error: unknown, locale: string): string[] {
  if (!(error instanceof Error) || !('extensions' in error)) return []
  const said = error.extensions as { reasons?: unknown; reasons_en?: unknown }
  const reasons = locale === 'zh-CN' ? said.reasons : said.reasons_en
  return Array.isArray(reasons) ? reasons.filter((one) => typeof one === 'string') : []
}

/** What can be said before asking, as keys under `people.password`; a wrong old password would be counted. */
export function faultsOf(boxes: Record<Box, string>, hasPassword: boolean): Faults {
  const faults: Faults = {}
  if (hasPassword && boxes.old === '') faults.old = 'missing'
  if (boxes.fresh === '') faults.fresh = 'missing'
  else if (hasPassword && boxes.fresh === boxes.old) faults.fresh = 'same'
  if (boxes.again !== boxes.fresh) faults.again = 'differs'
  return faults
}
