/**
 * One EventSource, kept open: a fresh ticket for every try, and the last position so that nothing is missed.
 *
 * EventSource's own reconnection is not used: it would come back with a ticket that has been used.
 */
import { DEAD_AFTER_MS, EVENTS, HELD_AFTER_MS, type Frame, type LinkState } from './frames'

/** The part of EventSource that is used, so that a test can be the server. */
export interface Source {
  addEventListener(event: string, listener: (message: MessageEvent<string>) => void): void
  onerror: ((event: Event) => void) | null
  close(): void
}

export interface ConnectionOptions {
  ticket: () => Promise<string>
  open: (ticket: string, position: number | null) => Source
  onFrame: (frame: Frame) => void
  onState: (state: LinkState) => void
  isSignedOut: (error: unknown) => boolean
}

const LONGEST_PAUSE_MS = 30_000

/** Half to whole of a doubling pause, so that 500 screens do not return in the same instant. */
export function pauseMs(attempt: number, random: number = Math.random()): number {
  const full = Math.min(1000 * 2 ** attempt, LONGEST_PAUSE_MS)
  return full / 2 + (full / 2) * random
}

export class Connection {
  private source: Source | null = null
  private position: number | null = null
  private attempt = 0
  private opened = false
  private closed = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private watchdog: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly options: ConnectionOptions) {}

  start(): void {
    void this.connect()
  }

  close(): void {
    this.closed = true
    this.drop()
    this.options.onState('idle')
  }

  private async connect(): Promise<void> {
    if (this.closed) return
    this.options.onState(this.opened ? 'retrying' : 'connecting')
    try {
      const ticket = await this.options.ticket()
      // The page may have gone while the ticket was on its way.
      if (!this.isClosed()) this.listen(ticket)
    } catch (error) {
      if (this.options.isSignedOut(error)) this.options.onState('signed_out')
      else this.retry()
    }
  }

  private isClosed(): boolean {
    return this.closed
  }

  private listen(ticket: string): void {
    const resumed = this.position !== null
    const source = this.options.open(ticket, this.position)
    this.source = source
    source.onerror = () => this.retry()
    for (const event of EVENTS) {
      source.addEventListener(event, (message) => {
        if (this.source !== source) return
        this.arrive({ event, data: JSON.parse(message.data) } as Frame, resumed)
      })
    }
    this.watch(HELD_AFTER_MS, () => {
      this.options.onState('held')
      this.watch(DEAD_AFTER_MS, () => this.retry())
    })
  }

  private arrive(frame: Frame, resumed: boolean): void {
    this.watch(DEAD_AFTER_MS, () => this.retry())
    if (frame.event === 'hello') {
      this.attempt = 0
      this.options.onState('open')
      // Back without knowing where we stood: what happened meanwhile has to be fetched.
      if (this.opened && !resumed) this.options.onFrame({ event: 'reset', data: {} })
      this.opened = true
      this.position ??= frame.data.position
    }
    if (frame.event === 'reset') this.position = null
    if (frame.event === 'rows' || frame.event === 'groups') this.position = frame.data.position
    this.options.onFrame(frame)
  }

  private retry(): void {
    if (this.closed) return
    this.drop()
    this.options.onState(this.opened ? 'retrying' : 'connecting')
    this.timer = setTimeout(() => void this.connect(), pauseMs(this.attempt++))
  }

  private watch(ms: number, act: () => void): void {
    clearTimeout(this.watchdog)
    this.watchdog = setTimeout(act, ms)
  }

  private drop(): void {
    clearTimeout(this.timer)
    clearTimeout(this.watchdog)
    this.source?.close()
    this.source = null
  }
}
