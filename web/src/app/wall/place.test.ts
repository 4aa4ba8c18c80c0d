import { describe, expect, it } from 'vitest'

import { readPlace } from './place'

describe('a place in an address', () => {
  it('is longitude and latitude in degrees', () => {
    expect(readPlace('106.6,38.1')).toEqual([106.6, 38.1])
    expect(readPlace('-71.3,-29.9')).toEqual([-71.3, -29.9])
  })

  it('is nothing where it is no place on earth', () => {
    for (const text of [undefined, ['106,38'], '', '106', '106,', ',38', '38.1,106.6,2', '200,38', '106,95', 'a,b']) expect(readPlace(text)).toBeNull()
  })
})
