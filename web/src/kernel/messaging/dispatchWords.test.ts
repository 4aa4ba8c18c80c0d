import { describe, expect, it } from 'vitest'

import en from './locale.en.json'
import zh from './locale.zh-CN.json'
import { FOR_A_PERSON, isForAPerson, toneOf } from './dispatchWords'

describe('what a dispatch says', () => {
  it('draws attention to what waits for a person, and to nothing else', () => {
    const states = Object.keys(zh.messaging.out.state) as Parameters<typeof toneOf>[0][]
    expect(states.filter((one) => toneOf(one) === 'attention').sort()).toEqual([...FOR_A_PERSON].sort())
    expect(states.filter((one) => isForAPerson(one))).toHaveLength(3)
  })

  it('has the same words in both languages', () => {
    expect(Object.keys(en.messaging.out.state)).toEqual(Object.keys(zh.messaging.out.state))
    expect(Object.keys(en.messaging.out.reason)).toEqual(Object.keys(zh.messaging.out.reason))
  })
})
