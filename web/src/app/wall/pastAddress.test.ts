import { describe, expect, it } from 'vitest'

import { readPast, writePast } from './pastAddress'

const NOW = Date.UTC(2026, 6, 31)
const PLAYED = { from: Date.UTC(2026, 6, 30, 14), to: Date.UTC(2026, 6, 30, 16), at: Date.UTC(2026, 6, 30, 15, 10) }

describe('hours played again in an address', () => {
  it('open the same again, at the same moment', () => {
    expect(writePast(PLAYED)).toBe('2026-07-30T14:00:00Z/2026-07-30T16:00:00Z/2026-07-30T15:10:00Z')
    expect(readPast(writePast(PLAYED), NOW)).toEqual(PLAYED)
  })

  it('begin at their beginning where no moment is said', () => {
    expect(readPast('2026-07-30T14:00Z/2026-07-30T16:00Z', NOW)).toEqual({ ...PLAYED, at: PLAYED.from })
  })

  it.each([
    undefined, '', 'last night', '2026-07-30T14:00Z', ['2026-07-30T14:00Z/2026-07-30T16:00Z'],
    '2026-07-30T16:00Z/2026-07-30T14:00Z', '2026-07-30T23:00Z/2026-07-31T01:00Z', '2026-07-01T00:00Z/2026-07-30T00:00Z',
    '2026-07-30T14:00Z/2026-07-30T16:00Z/2026-07-30T17:00Z', '2026-07-30T14:00Z/2026-07-30T16:00Z/2026-07-30T15:00Z/x',
  ])('are none where they cannot be played: %s', (text) => {
    expect(readPast(text, NOW)).toBeNull()
  })
})
