import { describe, expect, it } from 'vitest'

import type { DoubledFirm, DoubledGroup } from '@/api/doubledFirms'

import { mergeable, movedOf, movingOf, reasonsOf } from './doubled'

const firm = (id: string, code: string | null, sites = 0): DoubledFirm => ({
  id, name: id, name_en: '', credit_code: code, territory_code: '640181', created_at: '2026-08-01T00:00:00Z', version: 1, sites, subjects: 0, gateways: sites, posts: 0, documents: 0,
})

describe('what may be one firm', () => {
  it('keeps an entry without a code from swallowing one with a code', () => {
    const [coded, bare, other] = [firm('a', '91'), firm('b', null), firm('c', null)]
    expect(mergeable(coded, [coded, bare, other]).map(({ id }) => id)).toEqual(['b', 'c'])
    expect(mergeable(bare, [coded, bare, other]).map(({ id }) => id)).toEqual(['c'])
  })

  it('tells what moves, and not what is nothing', () => {
    expect(movingOf([firm('b', null, 2), firm('c', null, 1)])).toEqual([{ key: 'sites', n: 3 }, { key: 'gateways', n: 3 }])
    expect(movedOf({ moved: { sites: ['1', '2'], posts: [] } })).toEqual([{ key: 'sites', n: 2 }])
  })

  it('says each reason of an entry once', () => {
    const group: DoubledGroup = {
      score: 98, since: '2026-08-01T00:00:00Z', firms: [],
      pairs: [
        { first: 'a', second: 'b', score: 98, reasons: ['same_name'] },
        { first: 'b', second: 'c', score: 98, reasons: ['same_name'] },
        { first: 'a', second: 'c', score: 84, reasons: ['near_name'] },
      ],
    }
    expect(reasonsOf(group, 'b')).toEqual(['same_name'])
    expect(reasonsOf(group, 'c')).toEqual(['same_name', 'near_name'])
  })
})
