import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Connection, pauseMs, type Source } from './connection'
import { DEAD_AFTER_MS, HELD_AFTER_MS, type Frame, type LinkState } from './frames'

/** The server's end of one EventSource. */
class FakeSource implements Source {
  readonly listeners = new Map<string, (message: MessageEvent<string>) => void>()
  onerror: ((event: Event) => void) | null = null
  isClosed = false

  constructor(readonly position: number | null) {}

  addEventListener(event: string, listener: (message: MessageEvent<string>) => void): void {
    this.listeners.set(event, listener)
  }

  close(): void {
    this.isClosed = true
  }

  say(event: string, data: unknown): void {
    this.listeners.get(event)?.(new MessageEvent(event, { data: JSON.stringify(data) }))
  }
}

const sources: FakeSource[] = []
const frames: Frame[] = []
const states: LinkState[] = []
let ticket: () => Promise<string>

function open(): Connection {
  const connection = new Connection({
    ticket: () => ticket(),
    open: (_, position) => {
      const source = new FakeSource(position)
      sources.push(source)
      return source
    },
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    isSignedOut: (error) => error === 'signed out',
  })
  connection.start()
  return connection
}

const last = () => sources.at(-1) as FakeSource
const hello = (position: number) => last().say('hello', { stream_id: 's', position, server_time: 0 })
const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  sources.length = frames.length = states.length = 0
  ticket = () => Promise.resolve('t')
})
afterEach(() => vi.useRealTimers())

describe('the stream', () => {
  it('comes back with the position of the last row', async () => {
    open()
    await settle()
    hello(10)
    last().say('rows', { position: 14, rows: [] })
    last().onerror?.(new Event('error'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sources).toHaveLength(2)
    expect(last().position).toBe(14)
    hello(20)
    expect(frames.some((frame) => frame.event === 'reset')).toBe(false)
  })

  it('comes back with the position of its greeting when no row had come', async () => {
    open()
    await settle()
    hello(10)
    last().onerror?.(new Event('error'))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(last().position).toBe(10)
  })

  it('tells to fetch when it comes back without a position', async () => {
    open()
    await settle()
    hello(10)
    last().say('reset', {})
    last().onerror?.(new Event('error'))
    await vi.advanceTimersByTimeAsync(1_000)
    frames.length = 0
    expect(last().position).toBeNull()
    hello(30)
    expect(frames.map((frame) => frame.event)).toEqual(['reset', 'hello'])
  })

  it('says that it is held back when nothing comes through', async () => {
    open()
    await settle()
    await vi.advanceTimersByTimeAsync(HELD_AFTER_MS)
    expect(states.at(-1)).toBe('held')
    hello(1)
    expect(states.at(-1)).toBe('open')
  })

  it('gives up a line on which nothing is heard', async () => {
    open()
    await settle()
    hello(1)
    await vi.advanceTimersByTimeAsync(DEAD_AFTER_MS)
    expect(sources[0]?.isClosed).toBe(true)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(sources).toHaveLength(2)
  })

  it('stops at a log-out and does not knock again', async () => {
    ticket = () => Promise.reject('signed out')
    open()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(states.at(-1)).toBe('signed_out')
    expect(sources).toHaveLength(0)
  })

  it('does not open when it was closed while the ticket was on its way', async () => {
    open().close()
    await settle()
    expect(sources).toHaveLength(0)
  })

  it('waits longer each time, half a minute at most, and never all screens at once', () => {
    expect(pauseMs(0, 0)).toBe(500)
    expect(pauseMs(3, 1)).toBe(8_000)
    expect(pauseMs(20, 1)).toBe(30_000)
    expect(pauseMs(3, 0)).not.toBe(pauseMs(3, 1))
  })
})
