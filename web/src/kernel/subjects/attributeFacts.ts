/** A subject's attributes as label and value: titles, words and units come from the JSON schema of its kind. */
import type { SubjectDetail } from '@/api/types'
import { titleOf, titleEnOf, wordEnOf, type Property } from './kindFields'

export interface Fact {
  label: string
  value: string
}

/** Chooses the words of the page's language. */
type Say = (zh: string, en: string) => string

function text(value: unknown, property: Property | undefined, say: Say): string {
  if (Array.isArray(value)) return value.map((one) => text(one, property, say)).join(say('、', ', '))
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (value === null || value === undefined) return ''
  if (typeof value === 'object') return JSON.stringify(value)
  return say(String(value), wordEnOf(property, value))
}

export function attributeFacts(subject: Pick<SubjectDetail, 'attributes' | 'schema'>, say: Say): Fact[] {
  const properties = (subject.schema.properties ?? {}) as Record<string, Property>
  return Object.entries(subject.attributes).map(([key, value]) => ({
    label: say(titleOf(key, properties[key]), titleEnOf(key, properties[key])),
    value: [text(value, properties[key], say), properties[key]?.unit].filter(Boolean).join(' '),
  }))
}
