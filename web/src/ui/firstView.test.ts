import { expect, it, vi } from 'vitest'

import { firstView, mapBegins } from './firstView'

async function isThere(): Promise<boolean> {
  let there = false
  void firstView().then(() => (there = true))
  await vi.advanceTimersByTimeAsync(0)
  return there
}

it('a page without a map waits for nothing', async () => {
  vi.useFakeTimers()
  expect(await isThere()).toBe(true)
})

it('what may wait waits until the map is drawn, and not for ever', async () => {
  vi.useFakeTimers()
  mapBegins() // the page says so before the map's own program is there
  const drawn = mapBegins()
  expect(await isThere()).toBe(false)
  drawn()
  expect(await isThere()).toBe(true)
  mapBegins()
  expect(await isThere()).toBe(false)
  await vi.advanceTimersByTimeAsync(8_000)
  expect(await isThere()).toBe(true)
})
