/**
 * What a page knows of the stream: whether it lives, how old it is, and who wants which rows.
 *
 * A hidden page unsubscribes; when it is looked at again it fetches anew (`onReset`).
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { serverNow, tellServerTime } from '@/api/clock'

import { STALE_AFTER_MS, type Beat, type DiskState, type Frame, type FromHub, type Group, type LinkState, type LiveValue, type Part, type Row, type ShownFrame, type ToHub } from './frames'
import { openTransport, type Transport } from './transport'

export type Connect = (listen: (message: FromHub) => void) => Transport

/** In the order of what a duty officer must know first. */
export type LiveHealth =
  | 'live' | 'connecting' | 'stale' | 'held' | 'signed_out'
  | 'database_away' | `${Part}_away` | 'engine_late' | `disk_${Exclude<DiskState, 'ok'>}`

const ENGINE_LATE_S = 10
const HIDDEN_GRACE_MS = 5_000
const STORM_PAUSE_MS = 3_000
const PING_MS = 30_000

const connectHere: Connect = (listen) =>
  openTransport(listen, async () => (await import('./serverHub')).serverHub())

export const useLiveStore = defineStore('live', () => {
  const link = ref<LinkState>('idle')
  const lastBeatMs = ref<number | null>(null)
  const nowMs = ref(Date.now())
  const database = ref('ok')
  const engineLagS = ref<number | null>(null)
  const away = shallowRef<Part[]>([])
  const disk = ref<DiskState>('ok')
  const groups = shallowRef<Group[]>([])

  const rowHandlers = new Map<string, Set<(rows: Row[]) => void>>()
  const resetHandlers = new Set<() => void>()
  const valueHandlers = new Set<(values: Record<string, LiveValue>) => void>()
  const shownHandlers = new Set<(frame: ShownFrame) => void>()
  const watchers = new Map<string, number>()
  let transport: Transport | null = null
  let subscribed = false
  let stormTimer: ReturnType<typeof setTimeout> | undefined
  let hiddenTimer: ReturnType<typeof setTimeout> | undefined

  const isStale = computed(() => lastBeatMs.value !== null && nowMs.value - lastBeatMs.value > STALE_AFTER_MS)
  /** All that is wrong; what the server said counts only while the line to it lives. */
  const troubles = computed<LiveHealth[]>(() => {
    if (link.value === 'signed_out' || link.value === 'held') return [link.value]
    if (isStale.value) return ['stale']
    if (link.value !== 'open') return ['connecting']
    const found: LiveHealth[] = away.value.map((part) => `${part}_away` as const)
    if (database.value !== 'ok') found.unshift('database_away')
    if ((engineLagS.value ?? 0) > ENGINE_LATE_S && !found.includes('engine_away')) found.push('engine_late')
    if (disk.value !== 'ok') found.push(`disk_${disk.value}`)
    return found
  })
  const health = computed<LiveHealth>(() => troubles.value[0] ?? 'live')

  function send(message: ToHub): void {
    transport?.post(message)
  }

  function start(connect: Connect = connectHere): void {
    if (transport) return
    transport = connect(listen)
    subscribe()
    document.addEventListener('visibilitychange', onVisibility)
    addEventListener('pagehide', leave)
    addEventListener('pageshow', onVisibility)
    setInterval(() => (nowMs.value = Date.now()), 1_000)
    setInterval(() => send({ kind: 'ping', on: subscribed }), PING_MS)
  }

  function subscribe(): void {
    subscribed = true
    send({ kind: 'subscribe', on: true })
    send({ kind: 'watch', datastreams: [...watchers.keys()] })
  }

  function leave(): void {
    subscribed = false
    send({ kind: 'subscribe', on: false })
  }

  function onVisibility(): void {
    clearTimeout(hiddenTimer)
    if (document.hidden) hiddenTimer = setTimeout(leave, HIDDEN_GRACE_MS)
    else if (!subscribed) {
      subscribe()
      reset()
    }
  }

  function listen(message: FromHub): void {
    if (message.kind === 'link') link.value = message.state
    else if (message.kind === 'frame') receive(message.frame)
    else if (subscribed) {
      subscribe()
      reset()
    }
  }

  function receive(frame: Frame): void {
    if (frame.event === 'hello' || frame.event === 'beat') beat(frame.data)
    else if (frame.event === 'rows') deliver(frame.data.rows)
    else if (frame.event === 'groups') storm(frame.data.groups)
    else if (frame.event === 'screen') shownHandlers.forEach((handle) => handle(frame.data))
    else if (frame.event === 'values') valueHandlers.forEach((handle) => handle(frame.data.values))
    else reset()
  }

  function beat(data: Beat): void {
    tellServerTime(data.server_time)
    lastBeatMs.value = nowMs.value = Date.now()
    link.value = 'open'
    database.value = data.database ?? 'ok'
    engineLagS.value = data.engine_lag_s ?? null
    away.value = data.away ?? []
    disk.value = data.disk ?? 'ok'
  }

  /** More changed than a screen can show: say how much, and fetch what is shown, not each time. */
  function storm(arrived: Group[]): void {
    groups.value = arrived
    stormTimer ??= setTimeout(() => {
      stormTimer = undefined
      reset()
    }, STORM_PAUSE_MS)
  }

  function deliver(rows: Row[]): void {
    for (const [type, handlers] of rowHandlers) {
      const own = rows.filter((row) => row.type === type)
      if (own.length) handlers.forEach((handle) => handle(own))
    }
  }

  function reset(): void {
    groups.value = []
    resetHandlers.forEach((handle) => handle())
  }

  /** Take rows of a type as they change; returns how to stop. */
  function onRows(type: string, handle: (rows: Row[]) => void): () => void {
    const handlers = rowHandlers.get(type) ?? new Set()
    rowHandlers.set(type, handlers.add(handle))
    return () => void handlers.delete(handle)
  }

  /** Be told that rows may have been missed: fetch again. */
  function onReset(handle: () => void): () => void {
    resetHandlers.add(handle)
    return () => void resetHandlers.delete(handle)
  }

  function onValues(handle: (values: Record<string, LiveValue>) => void): () => void {
    valueHandlers.add(handle)
    return () => void valueHandlers.delete(handle)
  }

  /** Be told what this screen is to show; returns how to stop. */
  function onShown(handle: (frame: ShownFrame) => void): () => void {
    shownHandlers.add(handle)
    return () => void shownHandlers.delete(handle)
  }

  /** Ask for the values of datastreams while somebody looks at them; returns how to stop. */
  function watch(datastreams: string[]): () => void {
    for (const id of datastreams) watchers.set(id, (watchers.get(id) ?? 0) + 1)
    send({ kind: 'watch', datastreams: [...watchers.keys()] })
    return () => {
      for (const id of datastreams) {
        const left = (watchers.get(id) ?? 1) - 1
        if (left) watchers.set(id, left)
        else watchers.delete(id)
      }
      send({ kind: 'watch', datastreams: [...watchers.keys()] })
    }
  }

  /** Somebody else has logged in: the stream must carry what he may see. */
  function restart(): void {
    send({ kind: 'restart' })
    if (subscribed) subscribe()
  }

  const serverTimeMs = computed(() => serverNow(nowMs.value))
  return { link, health, troubles, isStale, serverTimeMs, lastBeatMs, engineLagS, groups, start, restart, onRows, onReset, onValues, onShown, watch }
})
