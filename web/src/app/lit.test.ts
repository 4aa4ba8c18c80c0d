import { expect, it } from 'vitest'

import { litOf } from './lit'

const MENU = ['/', '/limits', '/limits-x', '/subjects', '/subjects/kinds', '/people']

it('is the page itself, also where another begins with the same letters', () => {
  expect(litOf('/limits', MENU)).toBe('/limits')
  expect(litOf('/limits-x', MENU)).toBe('/limits-x')
  expect(litOf('/limits-y', MENU)).toBeNull()
})

it('is the entry above a page without one, the nearest of several', () => {
  expect(litOf('/limits/suppressions', MENU)).toBe('/limits')
  expect(litOf('/subjects/01K', MENU)).toBe('/subjects')
  expect(litOf('/subjects/kinds', MENU)).toBe('/subjects/kinds')
  expect(litOf('/subjects/kinds/tank', MENU)).toBe('/subjects/kinds')
})

it('is the map on the map only, and nothing where no entry stands above', () => {
  expect(litOf('/', MENU)).toBe('/')
  expect(litOf('/password', MENU)).toBeNull()
})
