import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

import { inTurn } from './inTurn'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('works once for all who asked meanwhile, and again for who asks after', () => {
  const work = vi.fn()
  const scope = effectScope()
  scope.run(() => {
    const ask = inTurn(work)
    ask()
    ask()
    expect(work).not.toHaveBeenCalled()
    vi.runAllTimers()
    expect(work).toHaveBeenCalledTimes(1)
    ask()
    vi.runAllTimers()
    expect(work).toHaveBeenCalledTimes(2)
  })
})

it('does nothing any more when its component is gone', () => {
  const work = vi.fn()
  const scope = effectScope()
  scope.run(() => inTurn(work)())
  scope.stop()
  vi.runAllTimers()
  expect(work).not.toHaveBeenCalled()
})
