import { expect, it } from 'vitest'

import { figureOf, lagOf, placeOf, wayOf } from './findings'

it('leads to the page that holds the act', () => {
  expect(placeOf({ kind: 'silent', object_id: 'D1' })).toBe('/datastreams/D1')
  expect(placeOf({ kind: 'gateway_late', object_id: 'G1' })).toEqual({ path: '/gateways', query: { gateway: 'G1' } })
  expect(placeOf({ kind: 'unknown_tag', object_id: 'M1' })).toEqual({ path: '/quarantine', query: { message: 'M1' } })
  expect(placeOf({ kind: 'no_place', object_id: 'S1' })).toBe('/subjects/S1')
})

it('says a figure in its own unit, and none where there is none to say', () => {
  expect(figureOf({ kind: 'gateway_clock', figure: -7040 })).toEqual({ key: 'seconds', n: '-7.0' })
  expect(figureOf({ kind: 'gateway_missing', figure: 12_000 })).toEqual({ key: 'messages', n: '12,000' })
  expect(figureOf({ kind: 'quarantined', figure: 2 })).toEqual({ key: 'waiting', n: '2' })
  expect(figureOf({ kind: 'unknown_tag', figure: 3 })).toEqual({ key: 'tags', n: '3' })
  expect(figureOf({ kind: 'gateway_unseen', figure: 1 })).toBeNull()
  expect(figureOf({ kind: 'silent', figure: null })).toBeNull()
})

it('says how late the latest reading came', () => {
  expect(lagOf({ lag_ms: null })).toBeNull()
  expect(lagOf({ lag_ms: 901_000 })).toEqual({ key: 'lagMinutes', n: '15' })
  expect(lagOf({ lag_ms: 9_000_000 })).toEqual({ key: 'lagHours', n: '2.5' })
})

it('leads each act to where it is done, and asks on the spot', () => {
  expect(wayOf('take_out', { kind: 'silent', object_id: 'D1' })).toBe('/datastreams/D1')
  expect(wayOf('adopt', { kind: 'unknown_tag', object_id: 'M1' })).toEqual({ path: '/quarantine', query: { message: 'M1' } })
  expect(wayOf('place', { kind: 'no_place', object_id: 'S1' })).toBe('/subjects/S1')
  expect(wayOf('enter', { kind: 'no_owner', object_id: 'S1' })).toBe('/register')
  expect(wayOf('ask', { kind: 'gateway_clock', object_id: 'G1' })).toBeNull()
})
