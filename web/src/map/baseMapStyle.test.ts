import { validateStyleMin, type StyleSpecification } from '@maplibre/maplibre-gl-style-spec'
import { expect, it } from 'vitest'

import { baseLayers, GROUND_SOURCE, RELIEF_SOURCE } from './baseMapStyle'
import { inPageFont } from './fonts'
import type { Look } from './look'
import { inOneProgram } from './oneProgram'
import { MAP_LEVELS } from './symbols'

const LOOKS: Look[] = ['dark', 'light']
const BOTH = ['ground', 'relief']

function styleOf(look: Look): StyleSpecification {
  return {
    version: 8,
    sources: {
      [GROUND_SOURCE]: { type: 'vector', tiles: ['http://x/{z}/{x}/{y}'] },
      [RELIEF_SOURCE]: { type: 'raster-dem', tiles: ['http://x/{z}/{x}/{y}'], encoding: 'terrarium' },
    },
    layers: baseLayers(look, 'zh-CN', BOTH).map(inPageFont).map(inOneProgram),
  } as StyleSpecification
}

const isLocal = ({ message }: { message: string }) => !message.includes('"glyphs"')

it.each(LOOKS)('the %s style is one that the map takes', (look) => {
  expect(validateStyleMin(styleOf(look)).filter(isLocal)).toEqual([])
})

it('asks for nothing of an archive that is not there', () => {
  const sources = (archives: string[]) => new Set(baseLayers('dark', 'zh-CN', archives).map((one) => ('source' in one ? one.source : '')))
  expect(sources([])).toEqual(new Set())
  expect(sources(['ground'])).toEqual(new Set([GROUND_SOURCE]))
  expect(sources(['relief'])).toEqual(new Set([RELIEF_SOURCE]))
})

function saturation(colour: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
  return Math.max(...parts) - Math.min(...parts)
}

it.each(LOOKS)('no ink of the %s map is as strong as a level', (look) => {
  const inks = JSON.stringify(baseLayers(look, 'zh-CN', BOTH)).match(/#[0-9a-f]{6}/g) ?? []
  const weakest = Math.min(...Object.values(MAP_LEVELS).map(saturation))
  expect(inks.length).toBeGreaterThan(20)
  for (const ink of inks) expect(saturation(ink), ink).toBeLessThan(weakest / 2)
})
