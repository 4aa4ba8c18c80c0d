/** A kind's schema as lines of a form, and back; what a line does not show of an attribute stays with it. */
import type { KindSchema } from '@/api/subjects'

import type { Property } from './kindFields'

export const TYPES = ['string', 'number', 'integer', 'boolean'] as const
export interface Line {
  key: string
  title: string
  titleEn: string
  type: string
  unit: string
  low: string
  high: string
  /** The words that may stand there, parted by commas. */
  words: string
  isNeeded: boolean
  kept: Property
}

export const freshLine = (): Line => ({ key: '', title: '', titleEn: '', type: 'string', unit: '', low: '', high: '', words: '', isNeeded: false, kept: {} })
const text = (value: unknown) => (value === undefined ? '' : String(value))

export function linesOf(schema: KindSchema): Line[] {
  const needed = (schema.required ?? []) as string[]
  return Object.entries((schema.properties ?? {}) as Record<string, Property>).map(([key, one]) => ({
    key,
    title: text(one.title),
    titleEn: text(one.title_en),
    type: text([one.type ?? 'string'].flat()[0]),
    unit: text(one.unit),
    low: text(one.minimum),
    high: text(one.maximum),
    words: (one.enum ?? []).map(String).join('、'),
    isNeeded: needed.includes(key),
    kept: one,
  }))
}

const wordsOf = (line: Line) => line.words.split(/[,，、]/).map((one) => one.trim()).filter((one) => one !== '')

/** What a line shows of an attribute; all else of it is kept. */
const SHOWN = new Set(['type', 'title', 'title_en', 'unit', 'minimum', 'maximum', 'enum', 'enum_en'])
const filled = (entries: Record<string, unknown>) => Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== '' && value !== undefined))
const numberOf = (value: string) => (value.trim() === '' ? undefined : Number(value))

function choicesOf(line: Line): Partial<Property> {
  const words = wordsOf(line)
  if (words.length === 0) return {}
  // English words belong to these words in this order
  const isSame = words.join() === (line.kept.enum ?? []).map(String).join()
  return { enum: words, ...(isSame && line.kept.enum_en ? { enum_en: line.kept.enum_en } : {}) }
}

function propertyOf(line: Line): Property {
  const kept = Object.fromEntries(Object.entries(line.kept).filter(([name]) => !SHOWN.has(name)))
  const shown = filled({ title_en: line.titleEn.trim(), unit: line.unit.trim(), minimum: numberOf(line.low), maximum: numberOf(line.high) })
  return { ...kept, ...shown, ...choicesOf(line), type: line.type, title: line.title.trim() || line.key }
}

export function schemaOf(lines: readonly Line[]): KindSchema {
  const needed = lines.filter(({ isNeeded }) => isNeeded).map(({ key }) => key.trim())
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(lines.map((one) => [one.key.trim(), propertyOf(one)])),
    ...(needed.length > 0 ? { required: needed } : {}),
  }
}

/** Which line cannot stand, by its number; none is -1. */
export function wrongLine(lines: readonly Line[]): number {
  const keys = lines.map(({ key }) => key.trim())
  const isNumber = (value: string) => value.trim() === '' || Number.isFinite(Number(value))
  return lines.findIndex((one, at) => !/^[a-z][a-z0-9_]{0,47}$/.test(keys[at] ?? '') || keys.indexOf(keys[at] ?? '') !== at || !isNumber(one.low) || !isNumber(one.high))
}
