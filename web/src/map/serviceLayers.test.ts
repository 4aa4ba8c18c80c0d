import { expect, it } from 'vitest'

import { serviceAddress } from './serviceProtocol'
import { serviceLayers } from './serviceLayers'

const SERVICE = { id: 'img', role: 'ground', layer: 'roads', opacity: 0.8, colour: '#ff0000' } as const

it('lays pictures over the ground as strongly as was said', () => {
  const [layer, ...rest] = serviceLayers({ ...SERVICE, form: 'pictures' }, 'dark')
  expect(layer).toMatchObject({ id: 'service-img', type: 'raster', paint: { 'raster-opacity': 0.8 } })
  expect(rest).toEqual([])
})

it('dims a whole ground on the dark map, and nothing else', () => {
  const brightness = (role: 'ground' | 'overlay', look: 'dark' | 'light') =>
    (serviceLayers({ ...SERVICE, role, form: 'pictures' }, look)[0]?.paint as Record<string, unknown>)['raster-brightness-max']
  expect(brightness('ground', 'dark')).toBeLessThan(1)
  expect([brightness('ground', 'light'), brightness('overlay', 'dark')]).toEqual([undefined, undefined])
})

it('draws features in their colour, with names where they are known', () => {
  const types = (form: 'features' | 'vector_tiles') => serviceLayers({ ...SERVICE, form }, 'light').map((one) => one.type)
  expect(types('features')).toEqual(['fill', 'line', 'circle', 'symbol'])
  expect(types('vector_tiles')).toEqual(['fill', 'line', 'circle'])
  expect(serviceLayers({ ...SERVICE, form: 'vector_tiles' }, 'light')[0]).toMatchObject({ 'source-layer': 'roads' })
})

it('has addresses of our own scheme, never one of the service', () => {
  expect(serviceAddress({ id: 'img', digest: 'abc' }, '7')).toBe('anlan-service://img/{z}/{x}/{y}?v=abc&again=7')
})
