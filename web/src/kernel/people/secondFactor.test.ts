import { describe, expect, it } from 'vitest'

import { ApiProblem } from '@/api/problem'

import { appCodeOf, codeOf, endsLogIn, grouped } from './secondFactor'

describe('a typed code', () => {
  it('is taken as people type it', () => {
    expect(codeOf('123 456')).toBe('123456')
    expect(codeOf('１２３４５６')).toBe('123456')
    expect(codeOf(' K3F9X72MPQ4W ')).toBe('k3f9-x72m-pq4w')
    expect(codeOf('k3f9-x72m-pq4w')).toBe('k3f9-x72m-pq4w')
  })

  it('is not sent when it can be neither, as each wrong one counts towards the lock', () => {
    for (const typed of ['', '12345', '1234567', 'k3f9-x72m', 'k3f9-x72m-pq41']) expect(codeOf(typed)).toBeNull()
  })

  it('of a recovery does not confirm a new secret', () => {
    expect(appCodeOf('k3f9-x72m-pq4w')).toBeNull()
    expect(appCodeOf('123456')).toBe('123456')
  })
})

it('groups a secret by fours', () => {
  expect(grouped('JBSWY3DPEHPK3PXPAB')).toBe('JBSW Y3DP EHPK 3PXP AB')
})

it('starts the log-in again after a lock or too long a wait, not after a wrong code', () => {
  expect(endsLogIn(new ApiProblem(429, 'people.locked', ''))).toBe(true)
  expect(endsLogIn(new ApiProblem(401, 'people.nothing_awaited', ''))).toBe(true)
  expect(endsLogIn(new ApiProblem(422, 'people.wrong_code', ''))).toBe(false)
  expect(endsLogIn(new ApiProblem(429, 'base.too_many', ''))).toBe(false)
})
