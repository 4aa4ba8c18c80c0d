/** A subject's attributes as boxes of a form, one for each that its kind knows, and back. */
import { readNumber } from '@/ui/figure'

import type { Property } from './kindFields'

export type Schema = Readonly<Record<string, unknown>>
export interface Box {
  key: string
  property: Property
  kind: 'text' | 'number' | 'choice' | 'truth'
  isNeeded: boolean
}
/** What is typed, by attribute; empty is not said. */
export type Typed = Record<string, string>

const propertiesOf = (schema: Schema) => (schema.properties ?? {}) as Record<string, Property>
const typesOf = (one: Property) => [one.type ?? 'string'].flat()

function kindOf(one: Property): Box['kind'] | null {
  if (one.enum) return 'choice'
  const types = typesOf(one)
  if (types.includes('number') || types.includes('integer')) return 'number'
  if (types.includes('boolean')) return 'truth'
  return types.includes('string') ? 'text' : null
}

/** The attributes that a line of a form can hold; lists and structures are left to the register. */
export function boxesOf(schema: Schema): Box[] {
  const needed = (schema.required ?? []) as string[]
  return Object.entries(propertiesOf(schema)).flatMap(([key, property]) => {
    const kind = kindOf(property)
    return kind === null ? [] : [{ key, property, kind, isNeeded: needed.includes(key) }]
  })
}

export function typedOf(boxes: readonly Box[], attributes: Schema): Typed {
  return Object.fromEntries(boxes.map(({ key }) => [key, attributes[key] === undefined || attributes[key] === null ? '' : String(attributes[key])]))
}

function valueOf({ kind, property }: Box, text: string): unknown {
  if (kind === 'number') return readNumber(text)
  if (kind === 'truth') return text === 'true'
  if (kind === 'choice') return property.enum?.find((one) => String(one) === text) ?? text
  return text.trim()
}

/** The attributes as the server takes them; what has no box stays as it stood, an empty box takes its own away. */
export function attributesOf(boxes: readonly Box[], typed: Typed, stood: Schema = {}): Record<string, unknown> {
  const boxed = new Set(boxes.map(({ key }) => key))
  const kept = Object.entries(stood).filter(([key]) => !boxed.has(key))
  const said = boxes.filter(({ key }) => typed[key]?.trim()).map((box) => [box.key, valueOf(box, typed[box.key] ?? '')] as const)
  return Object.fromEntries([...kept, ...said])
}

export type Wrong = 'missing' | 'float_parsing'

/** What is wrong with which box, before anything is sent. */
export function wrongBoxes(boxes: readonly Box[], typed: Typed): Record<string, Wrong> {
  return Object.fromEntries(
    boxes.flatMap(({ key, kind, isNeeded }): [string, Wrong][] => {
      const text = typed[key]?.trim() ?? ''
      if (!text) return isNeeded ? [[key, 'missing']] : []
      return kind === 'number' && readNumber(text) === null ? [[key, 'float_parsing']] : []
    }),
  )
}
