import { describe, expect, it } from 'vitest'

import { freshLine, linesOf, schemaOf, wrongLine } from './kindSchema'

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    tank_type: { type: 'string', title: '罐型', title_en: 'Tank type', enum: ['常压罐', '球罐'], enum_en: ['atmospheric', 'sphere'] },
    volume_m3: { type: 'number', title: '容积', exclusiveMinimum: 0, maximum: 100000 },
  },
  required: ['volume_m3'],
}

describe('the schema of a kind as lines', () => {
  it('comes back as it was, with what no line shows', () => {
    expect(schemaOf(linesOf(SCHEMA))).toEqual(SCHEMA)
  })

  it('takes another line, and loses English words that belong to others', () => {
    const lines = linesOf(SCHEMA)
    lines[0] = { ...(lines[0] ?? freshLine()), words: '常压罐，压力罐' }
    lines.push({ ...freshLine(), key: 'pressure_mpa', title: '压力', type: 'number', unit: 'MPa', low: '0' })
    const { properties } = schemaOf(lines) as { properties: Record<string, unknown> }
    expect(properties.tank_type).toEqual({ type: 'string', title: '罐型', title_en: 'Tank type', enum: ['常压罐', '压力罐'] })
    expect(properties.pressure_mpa).toEqual({ type: 'number', title: '压力', unit: 'MPa', minimum: 0 })
  })

  it('names the line that cannot stand', () => {
    const line = (key: string) => ({ ...freshLine(), key })
    expect(wrongLine([line('a'), line('b')])).toBe(-1)
    expect(wrongLine([line('a'), line('大')])).toBe(1)
    expect(wrongLine([line('a'), line('a')])).toBe(1)
    expect(wrongLine([{ ...line('a'), low: 'x' }])).toBe(0)
  })
})
