/** The JSON schema of a kind as rows that people read: field, type, unit, bounds, whether it must be given. */
import type { SubjectKind } from '@/api/types'

export interface Property {
  title?: string
  title_en?: string
  type?: string | string[]
  unit?: string
  enum?: unknown[]
  /** The words of `enum` in English, in its order. */
  enum_en?: string[]
  minimum?: number
  maximum?: number
}

export interface KindField {
  key: string
  title: string
  titleEn: string
  types: string[]
  unit: string
  /** `0 – 100`, `≥ 0`, or the words that may stand there. */
  bounds: string
  boundsEn: string
  isNeeded: boolean
}

export function titleOf(key: string, property?: Property): string {
  return property?.title ?? key
}

/** A schema says its titles in Chinese first; without an English one the key reads as one. */
export function titleEnOf(key: string, property?: Property): string {
  return property?.title_en ?? key.replaceAll('_', ' ')
}

export function wordEnOf(property: Property | undefined, word: unknown): string {
  return property?.enum_en?.[property.enum?.indexOf(word) ?? -1] ?? String(word)
}

function spanOf({ minimum: low, maximum: high }: Property): string {
  if (low !== undefined && high !== undefined) return `${low} – ${high}`
  if (low !== undefined) return `≥ ${low}`
  return high === undefined ? '' : `≤ ${high}`
}

export function fieldsOf({ schema_: schema }: Pick<SubjectKind, 'schema_'>): KindField[] {
  const properties = (schema.properties ?? {}) as Record<string, Property>
  const needed = (schema.required ?? []) as string[]
  return Object.entries(properties).map(([key, one]) => ({
    key,
    title: titleOf(key, one),
    titleEn: titleEnOf(key, one),
    types: [one.type ?? []].flat(),
    unit: one.unit ?? '',
    bounds: one.enum ? one.enum.map(String).join('、') : spanOf(one),
    boundsEn: one.enum ? one.enum.map((word) => wordEnOf(one, word)).join(', ') : spanOf(one),
    isNeeded: needed.includes(key),
  }))
}
