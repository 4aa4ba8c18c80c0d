/** What a form says of a subject, and the body that goes to the server for it. */
import type { components } from '@/api/schema'
import type { SubjectDetail } from '@/api/types'
import { readNumber } from '@/ui/figure'

type Schemas = components['schemas']
/** The kind whose subjects are sites of their own. */
export const SITE = 'enterprise'

export interface Said {
  kind: string
  parent_id: string
  organisation_id: string
  name: string
  name_en: string
  code: string
  division: string
  zone: string
  lon: string
  lat: string
  status: string
}
type Key = keyof Said

const text = (value: number | null) => (value === null ? '' : String(value))

const EMPTY: Said = { kind: '', parent_id: '', organisation_id: '', name: '', name_en: '', code: '', division: '', zone: '', lon: '', lat: '', status: 'active' }

export function saidOf(one?: SubjectDetail, parentId = ''): Said {
  if (!one) return { ...EMPTY, parent_id: parentId }
  const { kind, name, name_en, code, status } = one
  return { ...EMPTY, kind, name, name_en, code, status, lon: text(one.lon), lat: text(one.lat) }
}

/** Which boxes must be filled for what is done: a change, a new site, anything new below another. */
export function neededOf({ kind }: Pick<Said, 'kind'>, isChange: boolean): Key[] {
  if (isChange) return ['name']
  return kind === SITE ? ['kind', 'organisation_id', 'name', 'code', 'division'] : ['kind', 'parent_id', 'name']
}

const CODE = /^[A-Za-z0-9_-]{1,32}$/
export type WrongSaid = 'missing' | 'float_parsing' | 'code' | 'place'

function wrongPlace({ lon, lat }: Said): Partial<Record<Key, WrongSaid>> {
  const wrong: Partial<Record<Key, WrongSaid>> = {}
  for (const [key, value, other, most] of [['lon', lon, lat, 180], ['lat', lat, lon, 90]] as const) {
    const figure = readNumber(value)
    if (value.trim() === '') {
      if (other.trim() !== '') wrong[key] = 'missing'
    } else if (figure === null) wrong[key] = 'float_parsing'
    else if (Math.abs(figure) > most) wrong[key] = 'place'
  }
  return wrong
}

/** What is wrong with which box, before anything is sent. */
export function wrongWithSaid(said: Said, isChange: boolean): Partial<Record<Key, WrongSaid>> {
  const missing = neededOf(said, isChange).filter((key) => said[key].trim() === '')
  const isBadCode = !isChange && said.kind === SITE && said.code.trim() !== '' && !CODE.test(said.code.trim())
  return { ...wrongPlace(said), ...(isBadCode ? { code: 'code' as const } : {}), ...Object.fromEntries(missing.map((key) => [key, 'missing' as const])) }
}

function placeOf({ lon, lat }: Said): { lon: number; lat: number } | Record<string, never> {
  const [east, north] = [readNumber(lon), readNumber(lat)]
  return east === null || north === null ? {} : { lon: east, lat: north }
}

const named = (said: Said) => ({ name: said.name.trim(), name_en: said.name_en.trim(), code: said.code.trim() })

export function siteOf(said: Said): Schemas['SiteIn'] {
  return { ...named(said), ...placeOf(said), organisation_id: said.organisation_id, division: said.division.trim(), zone: said.zone ? Number(said.zone) : null }
}

export function subjectOf(said: Said, attributes: Record<string, unknown>): Schemas['SubjectIn'] {
  return { ...named(said), ...placeOf(said), kind: said.kind, parent_id: said.parent_id, attributes }
}

/** Only what differs from what was looked at: a second keeper's change of another box stands. */
export function patchOf(said: Said, attributes: Record<string, unknown>, stood: SubjectDetail): Schemas['SubjectPatch'] {
  const before = saidOf(stood)
  const texts = (['name', 'name_en', 'code', 'status'] as const).filter((key) => said[key].trim() !== before[key])
  const isMoved = said.lon !== before.lon || said.lat !== before.lat
  const isOther = JSON.stringify(attributes) !== JSON.stringify(stood.attributes)
  return {
    ...Object.fromEntries(texts.map((key) => [key, said[key].trim()])),
    ...(isMoved ? placeOf(said) : {}),
    ...(isOther ? { attributes } : {}),
  }
}
