import { describe, expect, it } from 'vitest'

import { spanOf } from './spans'

const at = (text: string) => Date.parse(`${text}+08:00`)

describe('a stretch of the past', () => {
  it('is last night, from 20:00 to 08:00, in Beijing time', () => {
    expect(spanOf('night', at('2026-08-02T09:30:00'))).toEqual([at('2026-08-01T20:00:00'), at('2026-08-02T08:00:00')])
  })

  it('is the night that has begun, up to now', () => {
    expect(spanOf('night', at('2026-08-02T03:00:00'))).toEqual([at('2026-08-01T20:00:00'), at('2026-08-02T03:00:00')])
    expect(spanOf('night', at('2026-08-02T21:00:00'))).toEqual([at('2026-08-02T20:00:00'), at('2026-08-02T21:00:00')])
  })

  it('is the last hours', () => {
    expect(spanOf('sixHours', at('2026-08-02T03:00:00'))).toEqual([at('2026-08-01T21:00:00'), at('2026-08-02T03:00:00')])
  })
})
