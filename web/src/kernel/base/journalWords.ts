/** A journal row as people read it: what happened, to what, which values it left. No Vue, no network. */
import type { JournalRow } from '@/api/types'
import { absoluteTime } from '@/ui/time'

import said from './journalFields.json'

/** The slices whose events the journal holds, in the order in which they are asked for. */
export const SLICES = ['alerts', 'sensing', 'subjects', 'people', 'messaging', 'documents', 'places', 'base'] as const

type Data = Readonly<Record<string, unknown>>
type Said = Readonly<Record<string, readonly string[]>>

/** How a field and its value are said: the language, and the names behind identifiers as far as known. */
export interface Reader {
  locale: string
  nameOf: (field: string, id: string) => string | undefined
}

export interface Told {
  key: string
  label: string
  value: string
}

export interface Change {
  label: string
  before: string
  after: string
}

/** What events carry, and what only the private half of a row says before and after. */
const FIELDS: Said = { ...said.changes, ...said.fields }
const WORDS = said.words as Readonly<Record<string, Said>>
/** What only programs ask for; it stands in the raw row. */
const FOR_PROGRAMS = new Set(['id', 'version', 'shard', 'control_version', 'sessions_epoch', 'cause_key', 'gone', 'epoch', 'log_epoch', 'session'])
const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/
const MS = '_ms'
/** Numbers and codes that a place stands behind. */
export const PLACES = new Set(['div', 'zone', 'territory_code', 'division_code', 'succeeded_by_code', 'after_code'])
const TRUTH: Said = said.truth
const BETWEEN = said.between

function dataOf(row: Pick<JournalRow, 'data'>): Data {
  return typeof row.data === 'object' && row.data !== null && !Array.isArray(row.data) ? (row.data as Data) : {}
}

const NAMES = ['subject_name', 'datastream_name', 'name', 'title', 'username', 'user_name', 'file_name', 'tag'] as const

const inEnglish = (locale: string) => locale === 'en'

/** What it happened to, by its names; empty where the row tells none. */
export function objectName(row: Pick<JournalRow, 'data'>, locale: string): string {
  const data = dataOf(row)
  const named = NAMES.map((key) => ownValue(key, data, locale)).filter((one): one is string => typeof one === 'string' && one !== '')
  return [...new Set(named)].slice(0, 2).join(' · ')
}

const pick = (pair: readonly string[] | undefined, locale: string) => pair?.[inEnglish(locale) ? 1 : 0]

/** Of an act that was refused: the right that it takes, and how often it was wanted. */
export function refusalOf(row: Pick<JournalRow, 'data'>): { permission: string; times: number } {
  const { permission, times } = dataOf(row)
  return { permission: typeof permission === 'string' ? permission : '', times: typeof times === 'number' ? times : 1 }
}

/** What a column is called; one that nobody has named keeps its own name. */
export function fieldName(key: string, locale: string): string {
  return pick(FIELDS[key], locale) ?? key.replaceAll('_', ' ')
}

function textOf(key: string, text: string, reader: Reader): string {
  const word = pick(WORDS[key]?.[text], reader.locale)
  if (word !== undefined) return word
  if (text.includes('+') && WORDS[key]) return text.split('+').map((part) => textOf(key, part, reader)).join(' + ')
  if (MOMENT.test(text)) return absoluteTime(Date.parse(text), reader.locale)
  const name = reader.nameOf(key, text)
  if (name !== undefined) return name
  return ULID.test(text) ? shortId(text) : text
}

function numberOf(key: string, value: number, reader: Reader): string {
  const word = pick(WORDS[key]?.[String(value)], reader.locale)
  if (word !== undefined) return word
  const name = PLACES.has(key) ? reader.nameOf(key, String(value)) : undefined
  if (name !== undefined) return name
  return key.endsWith(MS) ? `${value / 1_000} s` : String(value)
}

/** A value in words: a code as what it means, a time in Shanghai, an identifier as the name behind it. */
export function valueText(key: string, value: unknown, reader: Reader): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return pick(TRUTH[String(value)], reader.locale) ?? ''
  if (typeof value === 'number') return numberOf(key, value, reader)
  if (typeof value === 'string') return textOf(key, value, reader)
  if (Array.isArray(value)) return value.map((one) => valueText(key, one, reader)).join(pick(BETWEEN.items, reader.locale))
  return Object.entries(value)
    .map(([name, one]) => `${fieldName(name, reader.locale)} ${valueText(name, one, reader)}`)
    .join(pick(BETWEEN.parts, reader.locale))
}

/** Whether a field says only again what another one says better: the id beside its name, the other language. */
function isSaidElsewhere(key: string, data: Data): boolean {
  if (FOR_PROGRAMS.has(key)) return true
  if (key.endsWith('_id') && data[key.replace(/_id$/, '_name')]) return true
  if (key === 'site' && data.site_name) return true
  return key.endsWith('_en') && key.replace(/_en$/, '') in data
}

/** A field's value, or its English one for who reads English. */
function ownValue(key: string, data: Data, locale: string): unknown {
  return (inEnglish(locale) && data[`${key}_en`]) || data[key]
}

/** Names first, then what is said of it, then who and when, last where it hangs and what it points to. */
function rank(key: string): number {
  if (key === 'method' || key === 'permission') return 0
  if (key.endsWith('_name') || (NAMES as readonly string[]).includes(key)) return 0
  if (PLACES.has(key) || key.endsWith('_id') || key.endsWith('sha256')) return 3
  return /_(at|by|until|from|to)$/.test(key) ? 2 : 1
}

/** The state that the event carries, field by field in the reader's words; what is empty is left out. */
export function fieldsOf(row: Pick<JournalRow, 'data'>, reader: Reader): Told[] {
  const data = dataOf(row)
  return Object.keys(data)
    .filter((key) => !isSaidElsewhere(key, data))
    .map((key) => ({ key, label: fieldName(key, reader.locale), value: valueText(key, ownValue(key, data, reader.locale), reader) }))
    .filter((one) => one.value !== '')
    .sort((one, other) => rank(one.key) - rank(other.key))
}

/** What differs from the version before, in the reader's words; a value that went or came is empty on one side. */
export function changesOf(before: Pick<JournalRow, 'data'>, row: Pick<JournalRow, 'data'>, reader: Reader): Change[] {
  const [old, now] = [dataOf(before), dataOf(row)]
  return Object.keys(now)
    .filter((key) => key in old && JSON.stringify(old[key]) !== JSON.stringify(now[key]))
    .filter((key) => !isSaidElsewhere(key, now))
    .map((key) => ({
      label: fieldName(key, reader.locale),
      before: valueText(key, ownValue(key, old, reader.locale), reader),
      after: valueText(key, ownValue(key, now, reader.locale), reader),
    }))
}

/** Whether two rows tell the same kind of state: an account that is opened and a log-in do not. */
function isAlike(row: JournalRow, other: JournalRow): boolean {
  const keys = Object.keys(dataOf(row))
  const known = dataOf(other)
  return keys.filter((key) => key in known).length * 2 > keys.length
}

/** The version of the same object before a row, among those that tell the same kind of state; an act that changes nothing has none. */
export function versionBefore(row: JournalRow, history: readonly JournalRow[]): JournalRow | null {
  const older = history.filter((one) => one.version < row.version && one.object === row.object && isAlike(row, one))
  return older.at(-1) ?? null
}

/** The identifiers in a row that a name may stand behind, each with its field. */
export function referencesOf(row: Pick<JournalRow, 'data'>): { key: string; id: string }[] {
  return Object.entries(dataOf(row)).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => (typeof one === 'string' && one !== '' && (ULID.test(one) || /^(user|system):/.test(one) || key === 'role' || PLACES.has(key))) || (typeof one === 'number' && PLACES.has(key)))
      .map((one) => ({ key, id: String(one) })),
  )
}

/** The row as it is kept, for who must see every column by its own name. */
export const rawText = (row: Pick<JournalRow, 'data'>) => JSON.stringify(row.data, null, 2)

/** The end of an identifier: enough to tell two rows apart, short enough to be read out. */
export const shortId = (id: string) => (id.length > 10 ? `…${id.slice(-6)}` : id)
