import { createPropertyExpression, latest, type StylePropertySpecification } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'

import { inOneProgram } from './oneProgram'

const TOLD = ['circle-radius', 'circle-color', 'circle-stroke-width', 'circle-stroke-color', 'circle-stroke-opacity']
const paintOf = (layer: object) => (layer as { paint: Record<string, unknown> }).paint

function kindOf(name: string, value: unknown): string {
  const told = createPropertyExpression(value, name, latest.paint_circle[name as keyof typeof latest.paint_circle] as StylePropertySpecification)
  if (told.result === 'error') throw new Error(told.value.map(({ message }) => message).join())
  return told.value.kind
}

describe('one program for all circles', () => {
  it('tells every circle all that any circle is told per feature', () => {
    const { paint } = inOneProgram({ type: 'circle', paint: { 'circle-radius': 13, 'circle-color': 'rgba(0,0,0,0)', 'circle-opacity': 0.5 } })
    expect(TOLD.map((name) => kindOf(name, paintOf({ paint })[name]))).toEqual(TOLD.map(() => 'source'))
    expect(paintOf({ paint })['circle-opacity']).toBe(0.5)
  })

  it('leaves what is told per feature already, and layers of another kind', () => {
    const radius = ['sqrt', ['get', 'count']]
    expect(paintOf(inOneProgram({ type: 'circle', paint: { 'circle-radius': radius } }))['circle-radius']).toBe(radius)
    const line = { type: 'line', paint: { 'line-width': 2 } }
    expect(inOneProgram(line)).toBe(line)
  })
})
