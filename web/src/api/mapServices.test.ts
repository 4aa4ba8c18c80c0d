import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { readServiceFeatures, readServiceTile } from './mapServices'

const AT = { service: 'img', z: '8', x: '203', y: '98', digest: 'abc', again: '' }
const asked = vi.fn<(address: string, options: RequestInit) => Promise<Response>>()

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', asked)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  asked.mockReset()
})

const answer = (status: number, body: string | null = null, again?: string) =>
  Promise.resolve(new Response(body, { status, headers: again ? { 'Retry-After': again } : {} }))

async function tile(more = {}) {
  const waiting = readServiceTile({ ...AT, ...more }, new AbortController().signal)
  await vi.runAllTimersAsync()
  const { content, awayS } = await waiting
  return [new TextDecoder().decode(content), awayS]
}

it('asks our own server, another address for another try', async () => {
  asked.mockImplementation(() => answer(200, 'tile'))
  expect(await tile()).toEqual(['tile', 0])
  await tile({ again: '5' })
  expect(asked.mock.calls.map(([address]) => address)).toEqual([
    '/api/v1/map-services/img/tiles?z=8&x=203&y=98&v=abc', '/api/v1/map-services/img/tiles?z=8&x=203&y=98&v=abc&again=5',
  ])
})

it('waits while our server fetches', async () => {
  asked.mockImplementationOnce(() => answer(202, null, '1')).mockImplementationOnce(() => answer(202, null, '1')).mockImplementation(() => answer(200, 'tile'))
  expect(await tile()).toEqual(['tile', 0])
  expect(asked).toHaveBeenCalledTimes(3)
})

it('gives one up that never comes', async () => {
  asked.mockImplementation(() => answer(202, null, '1'))
  expect(await tile()).toEqual(['', 30])
  expect(asked.mock.calls.length).toBeLessThan(10)
})

it.each([
  ['away', 503, 'problem', '17', ['', 17]],
  ['broken', 500, 'oops', undefined, ['', 30]],
  ['nothing there', 204, null, undefined, ['', 0]],
  ['kept, while the service is away', 200, 'tile', '12', ['tile', 12]],
])('%s', async (_, status, body, again, expected) => {
  asked.mockImplementation(() => answer(status, body, again))
  expect(await tile()).toEqual(expected)
})

it('stops when nobody wants it any more', async () => {
  asked.mockImplementation(() => answer(202, null, '1'))
  const leaving = new AbortController()
  const waiting = readServiceTile(AT, leaving.signal)
  const refused = expect(waiting).rejects.toThrow()
  await vi.advanceTimersByTimeAsync(100)
  leaving.abort()
  await refused
  expect(asked).toHaveBeenCalledOnce()
})

it('reads features, and none of one that is away', async () => {
  asked.mockImplementation(() => answer(200, '{"type":"FeatureCollection","features":[]}'))
  const { signal } = new AbortController()
  expect((await readServiceFeatures('places', signal)).features?.features).toEqual([])
  asked.mockImplementation(() => answer(503, 'problem', '30'))
  expect(await readServiceFeatures('places', signal)).toEqual({ features: null, awayS: 30 })
})
