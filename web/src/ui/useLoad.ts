/** Load something, and know at every moment whether it is on its way, refused, or there. */
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Load<T> {
  data: ShallowRef<T | null>
  loading: Ref<boolean>
  error: ShallowRef<unknown>
  /** Fetch again; what is shown stays until the answer is there. */
  reload: () => Promise<void>
}

export interface LoadOptions {
  immediate?: boolean
}

export function useLoad<T>(fetch: (signal: AbortSignal) => Promise<T>, { immediate = true }: LoadOptions = {}): Load<T> {
  const data = shallowRef<T | null>(null)
  const loading = ref(false)
  const error = shallowRef<unknown>(null)
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    loading.value = true
    try {
      const fetched = await fetch(mine.signal)
      if (mine.signal.aborted) return
      data.value = fetched
      error.value = null
    } catch (cause) {
      if (!mine.signal.aborted) error.value = cause
    } finally {
      if (running === mine) loading.value = false
    }
  }

  onScopeDispose(() => running?.abort())
  if (immediate) void reload()
  return { data, loading, error, reload }
}
