/**
 * The one place of a browser that holds the stream, and hands its frames to the open pages.
 *
 * It runs in a SharedWorker, else in the tab that leads, else in the page itself; it knows none of them.
 */
import { Connection, type ConnectionOptions } from './connection'
import type { Frame, FromHub, LinkState, ToHub } from './frames'

export type Post = (message: FromHub) => void

interface Seat {
  post: Post
  subscribed: boolean
  watched: ReadonlySet<string>
  seenAt: number
}

export interface HubOptions extends Omit<ConnectionOptions, 'onFrame' | 'onState'> {
  watch: (streamId: string, datastreams: string[]) => Promise<void>
  now?: () => number
}

/** A page that was closed without saying so holds no stream open after this; background tabs may ping once a minute. */
const LET_GO_AFTER_MS = 150_000
const WATCH_DEBOUNCE_MS = 60

export class Hub {
  private readonly seats = new Map<string, Seat>()
  private connection: Connection | null = null
  private link: LinkState = 'idle'
  private streamId: string | null = null
  private watchTimer: ReturnType<typeof setTimeout> | undefined
  private watching = ''

  constructor(private readonly options: HubOptions) {}

  attach(id: string, post: Post): void {
    this.seats.set(id, { post, subscribed: false, watched: new Set(), seenAt: this.now() })
    post({ kind: 'link', state: this.link })
  }

  receive(id: string, message: ToHub): void {
    const seat = this.seats.get(id)
    if (!seat) return
    seat.seenAt = this.now()
    if (message.kind === 'subscribe') seat.subscribed = message.on
    if (message.kind === 'watch') seat.watched = new Set(message.datastreams)
    if (message.kind === 'ping') this.revive(seat, message.on)
    if (message.kind === 'bye') this.seats.delete(id)
    if (message.kind === 'restart') this.stop()
    this.letGoSilent()
    this.settle()
  }

  /** A page that slept (a laptop's lid) and is still open: it listens again, and is told to fetch. */
  private revive(seat: Seat, on: boolean): void {
    if (!on || seat.subscribed) return
    seat.subscribed = true
    seat.post({ kind: 'new_hub' })
  }

  /** Open the stream when somebody listens, close it when nobody does, tell the server what is watched. */
  private settle(): void {
    const wanted = [...this.seats.values()].some((seat) => seat.subscribed)
    if (wanted && !this.connection) {
      this.connection = new Connection({
        ...this.options,
        onFrame: (frame) => this.deliver(frame),
        onState: (state) => this.tell(state),
      })
      this.connection.start()
    }
    if (!wanted) this.stop()
    clearTimeout(this.watchTimer)
    this.watchTimer = setTimeout(() => void this.sendWatch(), WATCH_DEBOUNCE_MS)
  }

  private deliver(frame: Frame): void {
    if (frame.event === 'hello') {
      this.streamId = frame.data.stream_id
      this.watching = ''
      void this.sendWatch()
    }
    for (const seat of this.seats.values()) {
      if (seat.subscribed) this.deliverTo(seat, frame)
    }
  }

  private deliverTo(seat: Seat, frame: Frame): void {
    if (frame.event !== 'values') {
      seat.post({ kind: 'frame', frame })
      return
    }
    const own = Object.entries(frame.data.values).filter(([id]) => seat.watched.has(id))
    if (own.length) seat.post({ kind: 'frame', frame: { event: 'values', data: { values: Object.fromEntries(own) } } })
  }

  private async sendWatch(): Promise<void> {
    if (!this.streamId) return
    const all = new Set([...this.seats.values()].flatMap((seat) => (seat.subscribed ? [...seat.watched] : [])))
    const wanted = [...all].sort()
    const key = wanted.join()
    if (key === this.watching) return
    this.watching = key
    await this.options.watch(this.streamId, wanted).catch(() => {
      // The next change of the set, or the next hello, asks again; curves go on by fetching.
      this.watching = ''
    })
  }

  private tell(state: LinkState): void {
    this.link = state
    if (state !== 'open') this.streamId = null
    for (const seat of this.seats.values()) seat.post({ kind: 'link', state })
  }

  private stop(): void {
    this.connection?.close()
    this.connection = null
    this.streamId = null
    this.watching = ''
  }

  private letGoSilent(): void {
    const oldest = this.now() - LET_GO_AFTER_MS
    for (const seat of this.seats.values()) if (seat.seenAt < oldest) seat.subscribed = false
  }

  private now(): number {
    return (this.options.now ?? Date.now)()
  }
}
