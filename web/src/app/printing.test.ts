import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

import { ApiProblem } from '@/api/problem'

import { headingsOf, usePrintRecord } from './printing'

const told = vi.hoisted(() => vi.fn<(printed: unknown, key: string) => Promise<unknown>>())
vi.mock('@/api/base', () => ({ recordPrint: told }))

beforeEach(() => {
  vi.useFakeTimers()
  document.body.innerHTML = '<h1>监测对象</h1><h2> T-101   储罐 </h2><h2>T-101 储罐</h2><h3></h3>'
  document.querySelectorAll('*').forEach((one) => (one.getClientRects = () => [{}] as unknown as DOMRectList))
})
afterEach(() => {
  vi.useRealTimers()
  told.mockReset()
})

function printed(isSignedIn: boolean, failed = vi.fn()): typeof failed {
  const scope = effectScope()
  scope.run(() => usePrintRecord(() => isSignedIn, failed))
  window.dispatchEvent(new Event('beforeprint'))
  scope.stop()
  return failed
}

it('names what stands on a page by its headings, each once', () => {
  expect(headingsOf(document)).toEqual(['监测对象', 'T-101 储罐'])
})

it('tells of a print once, and of none without a session', () => {
  told.mockResolvedValue({})
  printed(false)
  expect(told).not.toHaveBeenCalled()
  printed(true)
  expect(told).toHaveBeenCalledOnce()
  expect(told.mock.calls[0]?.[0]).toMatchObject({ shown: ['监测对象', 'T-101 储罐'] })
})

it('tells again under the same key while the server is away, and says so when it stays away', async () => {
  told.mockRejectedValue(new ApiProblem(503, 'base.unavailable', 'away'))
  const failed = printed(true)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(told).toHaveBeenCalledTimes(4)
  expect(new Set(told.mock.calls.map(([, key]) => key)).size).toBe(1)
  expect(failed).toHaveBeenCalledOnce()
})

it('does not repeat what is refused', async () => {
  told.mockRejectedValue(new ApiProblem(403, 'base.not_permitted', 'no'))
  const failed = printed(true)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(told).toHaveBeenCalledOnce()
  expect(failed).toHaveBeenCalledOnce()
})
