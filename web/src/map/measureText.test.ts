import { expect, it } from 'vitest'

import { areaText, lengthText } from './measureText'

it('a length is said in metres, from a kilometre on in kilometres', () => {
  const said = (metres: number) => `${lengthText(metres).figure} ${lengthText(metres).unit}`
  expect([0, 3.14, 85.6, 999.4, 1_000, 12_345, 123_456, 1_234_567].map(said)).toEqual(['0 m', '3.1 m', '85.6 m', '999 m', '1.00 km', '12.35 km', '123.5 km', '1,235 km'])
})

it('an area is said in square metres, hectares or square kilometres', () => {
  const said = (squareMetres: number) => `${areaText(squareMetres).figure} ${areaText(squareMetres).unit}`
  expect([850, 9_999, 10_000, 123_456, 1_000_000, 4_639_000_000].map(said)).toEqual(['850 m2', '9,999 m2', '1.00 ha', '12.35 ha', '1.00 km2', '4,639 km2'])
})
