/**
 * A value that all windows of this browser hold together: two screens, one selection, one time (7.22).
 *
 * A window that opens later asks the others for it; without others it keeps its own.
 */
import { onScopeDispose, toRaw, watch, type Ref } from 'vue'

type Said<T> = { kind: 'asked' } | { kind: 'is'; value: T }

export interface Channel {
  postMessage: (message: unknown) => void
  onmessage: ((event: MessageEvent) => unknown) | null
  close: () => void
}

export function shareRef<T>(name: string, value: Ref<T>, open: (name: string) => Channel = (key) => new BroadcastChannel(key)): void {
  const channel = open(`anlan.${name}`)
  let isHeard = false
  let isOwn = false

  const tell = () => channel.postMessage({ kind: 'is', value: toRaw(value.value) } satisfies Said<T>)
  channel.onmessage = ({ data }: MessageEvent<Said<T>>) => {
    // Only who has chosen something himself answers: two new windows would tell each other nothing.
    if (data.kind === 'asked') return void (isOwn && tell())
    isHeard = true
    value.value = data.value
    isHeard = false
  }
  const stop = watch(
    value,
    () => {
      isOwn = true
      if (!isHeard) tell()
    },
    { flush: 'sync' },
  )
  channel.postMessage({ kind: 'asked' } satisfies Said<T>)
  onScopeDispose(() => {
    stop()
    channel.close()
  })
}
