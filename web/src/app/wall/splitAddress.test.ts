import { describe, expect, it } from 'vitest'

import { readSplit, writeSplit } from './splitAddress'

const LAYERS = [{ key: 'alarms', is_visible: true, opacity: 1 }, { key: 'subjects', is_visible: true, opacity: 0.6 }, { key: 'zones', is_visible: false, opacity: 1 }]
const VIEW = { lon: 106.6, lat: 38.1, zoom: 9.25, bearing: 0 }
const AT = Date.UTC(2026, 6, 30, 14, 10)

describe('a split map in an address', () => {
  it('opens the same again', () => {
    const said = { at: AT, share: 40, layers: LAYERS, view: VIEW }
    const query = writeSplit(said)
    expect(query.beside).toBe('2026-07-30T14:10:00Z')
    expect(readSplit(query)).toEqual(said)
  })

  it('shows the present beside what is played again', () => {
    expect(readSplit(writeSplit({ at: null, share: 50, layers: [], view: null }))).toEqual({ at: null, share: 50, layers: [], view: null })
  })

  it('is whole where nothing is said, or nonsense', () => {
    expect(readSplit({})).toBeNull()
    expect(readSplit({ beside: 'yesterday' })).toBeNull()
    expect(readSplit({ beside: ['now', 'now'] })).toBeNull()
  })

  it('takes of the rest what can be', () => {
    expect(readSplit({ beside: 'now', share: 'wide', layers: 'alarms.50,<b>,x', view: '106,95,9' })).toEqual({
      at: null, share: null, layers: [{ key: 'alarms', is_visible: true, opacity: 0.5 }], view: null,
    })
    expect(readSplit({ beside: 'now', view: '106,,9' })?.view).toBeNull()
  })
})
