import { describe, expect, it } from 'vitest'

import { ApiProblem } from '@/api/problem'

import { boxOf, faultsOf, reasonsOf } from './passwordFields'

describe('a new password', () => {
  it('is not sent half filled in, unchanged or mistyped', () => {
    expect(faultsOf({ old: '', fresh: '', again: '' }, true)).toEqual({ old: 'missing', fresh: 'missing' })
    expect(faultsOf({ old: 'a', fresh: 'a', again: 'a' }, true)).toEqual({ fresh: 'same' })
    expect(faultsOf({ old: 'a', fresh: 'b', again: 'c' }, true)).toEqual({ again: 'differs' })
    expect(faultsOf({ old: 'a', fresh: 'b', again: 'b' }, true)).toEqual({})
  })

  it('needs no old one from who has none', () => {
    expect(faultsOf({ old: '', fresh: 'b', again: 'b' }, false)).toEqual({})
  })
})

it('puts a refusal beside the box it is about', () => {
  expect(boxOf(new ApiProblem(422, 'people.used_password', ''))).toBe('fresh')
  expect(boxOf(new ApiProblem(422, 'people.wrong_password', ''))).toBe('old')
  expect(boxOf(new ApiProblem(0, 'network', ''))).toBeNull()
})

it('keeps every reason that the server gives, in the language of the page', () => {
  const said = new ApiProblem(422, 'people.weak_password', '', '', { reasons: ['太短', '太常见'], reasons_en: ['short', 'common'] })
  expect(reasonsOf(said, 'zh-CN')).toEqual(['太短', '太常见'])
  expect(reasonsOf(said, 'en')).toEqual(['short', 'common'])
  expect(reasonsOf(new ApiProblem(422, 'people.weak_password', ''), 'en')).toEqual([])
})
