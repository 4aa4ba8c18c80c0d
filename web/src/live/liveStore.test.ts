import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { FromHub, ToHub } from './frames'
import { useLiveStore } from './liveStore'

let say: (message: FromHub) => void
let posted: ToHub[]

function started() {
  const store = useLiveStore()
  store.start((listen) => {
    say = listen
    return { post: (message) => void posted.push(message), close: () => undefined }
  })
  return store
}

const beat = () => say({ kind: 'frame', frame: { event: 'beat', data: { server_time: Date.now(), database: 'ok', engine_lag_s: 0 } } })

beforeEach(() => {
  vi.useFakeTimers()
  posted = []
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('the live store', () => {
  it('grows stale after two missed beats and lives again with the next', async () => {
    const store = started()
    beat()
    expect(store.health).toBe('live')
    await vi.advanceTimersByTimeAsync(34_000)
    expect(store.health).toBe('live')
    await vi.advanceTimersByTimeAsync(3_000)
    expect(store.health).toBe('stale')
    beat()
    expect(store.health).toBe('live')
  })

  it('says when the database is away and when judging is late', () => {
    const store = started()
    say({ kind: 'frame', frame: { event: 'beat', data: { server_time: 0, database: 'away', engine_lag_s: 0 } } })
    expect(store.health).toBe('database_away')
    say({ kind: 'frame', frame: { event: 'beat', data: { server_time: 0, database: 'ok', engine_lag_s: 60 } } })
    expect(store.health).toBe('engine_late')
  })

  it('says who is away, and that the disk fills up', () => {
    const store = started()
    const hear = (data: object) => say({ kind: 'frame', frame: { event: 'beat', data: { server_time: 0, database: 'ok', engine_lag_s: 0, ...data } } })
    hear({ away: ['gateway', 'recorder'], disk: 'ok' })
    expect(store.troubles).toEqual(['gateway_away', 'recorder_away'])
    expect(store.health).toBe('gateway_away')
    hear({ away: ['engine'], engine_lag_s: 90, disk: 'refusing' })
    expect(store.troubles).toEqual(['engine_away', 'disk_refusing'])
    hear({ database: 'away', away: ['bus'] })
    expect(store.troubles).toEqual(['database_away', 'bus_away'])
    hear({ away: [], disk: 'ok' })
    expect(store.health).toBe('live')
  })

  it('unsubscribes a hidden page and fetches when it is looked at again', async () => {
    const store = started()
    const reset = vi.fn()
    store.onReset(reset)
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(6_000)
    expect(posted.at(-1)).toEqual({ kind: 'subscribe', on: false })
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(posted.some((one, n) => n > 0 && one.kind === 'subscribe' && one.on)).toBe(true)
    expect(reset).toHaveBeenCalledOnce()
  })

  it('watches a datastream until the last who looks at it goes', () => {
    const store = started()
    const one = store.watch(['x'])
    const two = store.watch(['x', 'y'])
    one()
    expect(posted.at(-1)).toEqual({ kind: 'watch', datastreams: ['x', 'y'] })
    two()
    expect(posted.at(-1)).toEqual({ kind: 'watch', datastreams: [] })
  })

  it('hands rows to those who asked for their type only', () => {
    const store = started()
    const alarms = vi.fn()
    const stop = store.onRows('alerts.alarm', alarms)
    const row = { type: 'alerts.alarm', id: 'a', version: 1, gone: false, state: {} }
    say({ kind: 'frame', frame: { event: 'rows', data: { position: 1, rows: [row, { ...row, type: 'other' }] } } })
    expect(alarms).toHaveBeenCalledWith([row])
    stop()
    say({ kind: 'frame', frame: { event: 'rows', data: { position: 2, rows: [row] } } })
    expect(alarms).toHaveBeenCalledOnce()
  })

  it('shows a storm as counts and fetches once, not with every frame', async () => {
    const store = started()
    const reset = vi.fn()
    store.onReset(reset)
    const group = { type: 'alerts.alarm', key: 'gateway', count: 900, worst: 1 }
    for (let n = 0; n < 8; n++) say({ kind: 'frame', frame: { event: 'groups', data: { position: n, groups: [group] } } })
    expect(store.groups).toEqual([group])
    await vi.advanceTimersByTimeAsync(3_100)
    expect(reset).toHaveBeenCalledOnce()
    expect(store.groups).toEqual([])
  })
})
