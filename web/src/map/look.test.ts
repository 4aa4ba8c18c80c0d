import { expect, it } from 'vitest'

import { inLook } from './look'
import { MAP_LEVELS } from './symbols'

const layer = {
  id: 'name',
  paint: { 'text-color': '#EDF3F2', 'text-halo-width': 1.4, 'circle-color': ['match', ['get', 'p'], 1, MAP_LEVELS[1], '#0b1413'] },
}

it('on the light map every ink has its counterpart, and a level keeps its colour', () => {
  expect(inLook(layer, 'light').paint).toEqual({
    'text-color': '#17211f', 'text-halo-width': 1.4, 'circle-color': ['match', ['get', 'p'], 1, MAP_LEVELS[1], '#ffffff'],
  })
})

it('on the dark map it is as it was written', () => {
  expect(inLook(layer, 'dark')).toBe(layer)
  expect(inLook({ id: 'bare' } as { id: string; paint?: object }, 'light')).toEqual({ id: 'bare' })
})
