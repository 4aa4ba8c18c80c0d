import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { inPageFont } from './fonts'

const layoutOf = (layer: { layout?: object | undefined }) => layer.layout as Record<string, unknown> | undefined

it('text on the map is written in the font of the page, in both scripts', () => {
  const named = inPageFont({ id: 'name', type: 'symbol', layout: { 'text-field': ['get', 'name'], 'text-size': 12 } })
  const families = layoutOf(named)?.['text-font'] as string[]
  const tokens = readFileSync('src/ui/tokens.css', 'utf8')
  const font = /--font: ([^;]+);/.exec(tokens)?.[1] ?? ''
  expect(families).toEqual(font.split(',').map((one) => one.trim().replaceAll('"', '')))
  expect(layoutOf(named)?.['text-size']).toBe(12)
})

it('what has no text, or a font of its own, stays as it is', () => {
  const sign = { id: 'sign', type: 'symbol', layout: { 'icon-image': 'level-1' } }
  const own = { id: 'own', type: 'symbol', layout: { 'text-field': 'x', 'text-font': ['Georgia'] } }
  const line = { id: 'line', type: 'line' }
  expect([inPageFont(sign), inPageFont(own), inPageFont(line)]).toEqual([sign, own, line])
})
