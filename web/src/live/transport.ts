/**
 * How a page reaches the hub: a SharedWorker; without one, the tab that leads (Web Locks and
 * BroadcastChannel); without those (plain http on some phones), a hub of its own.
 */
import type { FromHub, ToHub } from './frames'
import type { Hub } from './hub'

export interface Transport {
  post: (message: ToHub) => void
  close: () => void
}

type Listen = (message: FromHub) => void

const CHANNEL = 'anlan-live'

type OnChannel =
  | { to: 'hub'; from: string; message: ToHub | { kind: 'attach' } }
  | { to: string; message: FromHub }
  | { to: 'pages'; message: FromHub }

export function openTransport(listen: Listen, makeHub: () => Promise<Hub>): Transport {
  if (typeof SharedWorker === 'function') return bySharedWorker(listen)
  if (typeof BroadcastChannel === 'function' && 'locks' in navigator) return byLeader(listen, makeHub)
  return byItself(listen, makeHub)
}

function bySharedWorker(listen: Listen): Transport {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: CHANNEL })
  worker.port.onmessage = (event: MessageEvent<FromHub>) => listen(event.data)
  worker.port.start()
  return { post: (message) => worker.port.postMessage(message), close: () => worker.port.close() }
}

/** Every tab is a page; the one that holds the lock is the hub as well, over a channel of its own. */
export function byLeader(listen: Listen, makeHub: () => Promise<Hub>): Transport {
  const id = crypto.getRandomValues(new Uint32Array(2)).join('-')
  const channel = new BroadcastChannel(CHANNEL)
  const post = (message: ToHub | { kind: 'attach' }) => channel.postMessage({ to: 'hub', from: id, message })
  channel.onmessage = (event: MessageEvent<OnChannel>) => {
    if (event.data.to !== id && event.data.to !== 'pages') return
    const message = event.data.message as FromHub
    if (message.kind === 'new_hub') post({ kind: 'attach' })
    listen(message)
  }
  post({ kind: 'attach' })
  const stop = lead(makeHub)
  return {
    post,
    close: () => {
      channel.close()
      stop()
    },
  }
}

function lead(makeHub: () => Promise<Hub>): () => void {
  let release: () => void = () => undefined
  const over = new Promise<void>((resolve) => (release = resolve))
  void navigator.locks.request(CHANNEL, async () => {
    const hub = await makeHub()
    const channel = new BroadcastChannel(CHANNEL)
    const answer = (to: string, message: FromHub) => channel.postMessage({ to, message })
    channel.onmessage = (event: MessageEvent<OnChannel>) => {
      if (event.data.to !== 'hub' || !('from' in event.data)) return
      const { from, message } = event.data
      if (message.kind === 'attach') hub.attach(from, (back) => answer(from, back))
      else hub.receive(from, message)
    }
    answer('pages', { kind: 'new_hub' })
    await over
    channel.close()
  })
  return () => release()
}

export function byItself(listen: Listen, makeHub: () => Promise<Hub>): Transport {
  const waiting: ToHub[] = []
  let hub: Hub | null = null
  void makeHub().then((made) => {
    hub = made
    made.attach('self', listen)
    for (const message of waiting) made.receive('self', message)
  })
  return {
    post: (message) => (hub ? hub.receive('self', message) : void waiting.push(message)),
    close: () => hub?.receive('self', { kind: 'bye' }),
  }
}
