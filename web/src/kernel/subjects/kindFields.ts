/** The JSON schema of a kind as rows that people read: field, type, unit, bounds, whether it must be given. */
import type { SubjectKind } from '@/api/types'

interface Property {
  title?: string
  title_en?: string
  type?: string | string[]
  unit?: string
  enum?: unknown[]
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
  isNeeded: boolean
}

function boundsOf({ enum: words, minimum: low, maximum: high }: Property): string {
  if (words) return words.map(String).join('、')
  if (low !== undefined && high !== undefined) return `${low} – ${high}`
  if (low !== undefined) return `≥ ${low}`
  return high === undefined ? '' : `≤ ${high}`
}

export function fieldsOf({ schema_: schema }: Pick<SubjectKind, 'schema_'>): KindField[] {
  const properties = (schema.properties ?? {}) as Record<string, Property>
  const needed = (schema.required ?? []) as string[]
  return Object.entries(properties).map(([key, one]) => ({
    key,
    title: one.title ?? key,
    // a schema says its titles in Chinese; without an English one the key reads as one
    titleEn: one.title_en ?? key.replaceAll('_', ' '),
    types: [one.type ?? []].flat(),
    unit: one.unit ?? '',
    bounds: boundsOf(one),
    isNeeded: needed.includes(key),
  }))
}
