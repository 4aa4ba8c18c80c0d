/** What the server's stream says, and what pages and the hub say to one another. */
import type { ScreenShown } from '@/api/screens'

/** One object's whole public state with its version; `gone` is a version too. */
export interface Row {
  type: string
  id: string
  version: number
  gone: boolean
  state: Record<string, unknown>
}

export interface Group {
  type: string
  key: string
  count: number
  worst: number | null
}

/** `[time in ms, value, quality]`, the latest of a datastream. */
export type LiveValue = [number, number | null, number]

/** A part of the house that gives no sign of life. */
export type Part = 'bus' | 'engine' | 'gateway' | 'recorder'
/** Free space on the server: below 15 % low, below 10 % exports stop, below 5 % the doors refuse. */
export type DiskState = 'ok' | 'low' | 'stopped' | 'refusing'

export interface Beat {
  server_time: number
  database?: string
  engine_lag_s?: number | null
  away?: Part[]
  disk?: DiskState
}

/** What the desk that leads this screen shows; of two the one with the higher `n` is later. */
export interface ShownFrame {
  screen: string
  n: number
  shown: ScreenShown
}

export type Frame =
  | { event: 'hello'; data: { stream_id: string; position: number; server_time: number } }
  | { event: 'rows'; data: { position: number; rows: Row[] } }
  | { event: 'groups'; data: { position: number; groups: Group[] } }
  | { event: 'values'; data: { values: Record<string, LiveValue> } }
  | { event: 'screen'; data: ShownFrame }
  | { event: 'beat'; data: Beat }
  | { event: 'reset'; data: Record<string, never> }

export const EVENTS = ['hello', 'rows', 'groups', 'values', 'screen', 'beat', 'reset'] as const

/** `held`: connected, yet nothing comes through: a proxy on the way keeps the stream back. */
export type LinkState = 'idle' | 'connecting' | 'open' | 'retrying' | 'held' | 'signed_out'

export type ToHub =
  | { kind: 'subscribe'; on: boolean }
  | { kind: 'watch'; datastreams: string[] }
  | { kind: 'ping'; on: boolean }
  | { kind: 'restart' }
  | { kind: 'bye' }

export type FromHub =
  | { kind: 'link'; state: LinkState }
  | { kind: 'frame'; frame: Frame }
  /** The hub is another one than before: what it sent meanwhile is lost to this page. */
  | { kind: 'new_hub' }

/** The server beats every 15 s; two missed beats and a little patience make data stale. */
export const STALE_AFTER_MS = 35_000
/** Nothing at all for three beats: the line is dead though no error was reported. */
export const DEAD_AFTER_MS = 45_000
export const HELD_AFTER_MS = 10_000
