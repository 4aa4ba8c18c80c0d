/** A subject's attributes as label and value: titles and units come from the JSON schema of its kind. */
import type { SubjectDetail } from '@/api/types'

interface Property {
  title?: string
  unit?: string
}

export interface Fact {
  label: string
  value: string
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join('、')
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function attributeFacts(subject: Pick<SubjectDetail, 'attributes' | 'schema'>): Fact[] {
  const properties = (subject.schema.properties ?? {}) as Record<string, Property>
  return Object.entries(subject.attributes).map(([key, value]) => ({
    label: properties[key]?.title ?? key,
    value: [text(value), properties[key]?.unit].filter(Boolean).join(' '),
  }))
}
