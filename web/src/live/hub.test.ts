import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { Source } from './connection'
import type { FromHub } from './frames'
import { Hub } from './hub'

const listeners: Record<string, (message: MessageEvent<string>) => void>[] = []
const watched: string[][] = []
let closed = 0
let now = 0

function makeHub(): Hub {
  return new Hub({
    ticket: () => Promise.resolve('t'),
    open: (): Source => {
      const own: (typeof listeners)[number] = {}
      listeners.push(own)
      return { onerror: null, addEventListener: (event, listener) => void (own[event] = listener), close: () => void closed++ }
    },
    watch: (_, datastreams) => {
      watched.push(datastreams)
      return Promise.resolve()
    },
    isSignedOut: () => false,
    now: () => now,
  })
}

const say = (event: string, data: unknown) => listeners.at(-1)?.[event]?.(new MessageEvent(event, { data: JSON.stringify(data) }))
const pause = (ms = 100) => new Promise((resolve) => setTimeout(resolve, ms))

function page(hub: Hub, id: string): FromHub[] {
  const heard: FromHub[] = []
  hub.attach(id, (message) => heard.push(message))
  hub.receive(id, { kind: 'subscribe', on: true })
  return heard
}

const events = (heard: FromHub[]) => heard.flatMap((one) => (one.kind === 'frame' ? [one.frame.event] : []))

beforeEach(() => {
  listeners.length = watched.length = closed = now = 0
  vi.useRealTimers()
})

describe('the hub', () => {
  it('holds one stream for all pages', async () => {
    const hub = makeHub()
    const first = page(hub, 'a')
    const second = page(hub, 'b')
    await pause(10)
    expect(listeners).toHaveLength(1)
    say('hello', { stream_id: 's', position: 1, server_time: 0 })
    say('rows', { position: 2, rows: [] })
    expect(events(first)).toEqual(['hello', 'rows'])
    expect(events(second)).toEqual(['hello', 'rows'])
  })

  it('closes the stream when the last page is hidden', async () => {
    const hub = makeHub()
    page(hub, 'a')
    await pause(10)
    hub.receive('a', { kind: 'subscribe', on: false })
    expect(closed).toBe(1)
  })

  it('watches what all pages want together, and tells each its own', async () => {
    const hub = makeHub()
    const first = page(hub, 'a')
    const second = page(hub, 'b')
    hub.receive('a', { kind: 'watch', datastreams: ['x', 'y'] })
    hub.receive('b', { kind: 'watch', datastreams: ['y', 'z'] })
    await pause(10)
    say('hello', { stream_id: 's', position: 1, server_time: 0 })
    await pause()
    expect(watched.at(-1)).toEqual(['x', 'y', 'z'])
    say('values', { values: { x: [1, 2, 192], z: [1, 3, 192] } })
    const values = (heard: FromHub[]) => heard.flatMap((one) => (one.kind === 'frame' && one.frame.event === 'values' ? Object.keys(one.frame.data.values) : []))
    expect(values(first)).toEqual(['x'])
    expect(values(second)).toEqual(['z'])
  })

  it('asks again for what is watched when the stream is another one', async () => {
    const hub = makeHub()
    page(hub, 'a')
    hub.receive('a', { kind: 'watch', datastreams: ['x'] })
    await pause(10)
    say('hello', { stream_id: 's1', position: 1, server_time: 0 })
    await pause()
    const before = watched.length
    say('hello', { stream_id: 's2', position: 1, server_time: 0 })
    await pause()
    expect(watched.length).toBe(before + 1)
  })

  it('lets go of a page that went without a word, and takes it back when it wakes', async () => {
    const hub = makeHub()
    const sleeper = page(hub, 'a')
    page(hub, 'b')
    await pause(10)
    now = 200_000
    hub.receive('b', { kind: 'ping', on: true })
    say('rows', { position: 2, rows: [] })
    expect(events(sleeper)).toEqual([])
    hub.receive('a', { kind: 'ping', on: true })
    expect(sleeper.at(-1)).toEqual({ kind: 'new_hub' })
  })
})
