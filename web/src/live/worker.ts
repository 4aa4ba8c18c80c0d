/** The SharedWorker: one hub for all tabs of the browser. */
import type { ToHub } from './frames'
import { serverHub } from './serverHub'

declare const self: SharedWorkerGlobalScope

const hub = serverHub()
let seats = 0

self.onconnect = (event) => {
  const port = event.ports[0]
  if (!port) return
  const id = `port-${++seats}`
  port.onmessage = (message: MessageEvent<ToHub>) => hub.receive(id, message.data)
  hub.attach(id, (message) => port.postMessage(message))
  port.start()
}
