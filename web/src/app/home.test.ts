import { expect, it } from 'vitest'

import { homeOf } from './home'

it('is the map for whoever may see it, wherever it stands in the menu', () => {
  expect(homeOf([{ path: '/messages' }, { path: '/' }])).toBe('/')
})

it('is the health page of an administrator, who has no map', () => {
  expect(homeOf([{ path: null }, { path: '/messages' }, { path: '/health' }])).toBe('/health')
})

it('is the first page that there is for whoever has neither', () => {
  expect(homeOf([{ path: '/messages' }, { path: '/limits' }])).toBe('/messages')
})

it('is the map when no menu is known, which then says what is wrong', () => {
  expect(homeOf(null)).toBe('/')
})

it('says that nobody has appointed them to whoever has no page at all', () => {
  expect(homeOf([])).toBe('/no-post')
})
