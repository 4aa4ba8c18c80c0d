/** A list as the server pages it: what is asked (words, filters, order), what came, and what is next. */
import { computed, ref, shallowRef, watch, type Ref } from 'vue'

import { isForbidden } from './problemText'

export interface ListAsk {
  filter: string[]
  sort: string
  limit: number
  after?: string
}

export interface ListPage<T> {
  items: T[]
  next: string | null
  count: number
  count_capped: boolean
}

export interface ListOptions<T> {
  fetch: (ask: ListAsk) => Promise<ListPage<T>>
  sort: string
  /** `field.op:value` beside the words of the search. */
  filters?: Readonly<Ref<string[]>>
  /** Field that the words are looked for in. */
  search?: string
  limit?: number
}

const PAUSE_MS = 250
/** What the server gives at most in one page. */
const MOST = 500

export function useList<T extends { id: string | number }>({ fetch, sort: first, filters, search = 'search', limit = 50 }: ListOptions<T>) {
  // What the search found is looked up here: `/people?q=…`.
  const words = ref(new URLSearchParams(location.search).get('q') ?? '')
  const sort = ref(first)
  const rows = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  /** Null until the first answer: nobody has counted yet. */
  const count = ref<number | null>(null)
  const isCapped = ref(false)
  const loading = ref(false)
  const ready = ref(false)
  const error = shallowRef<unknown>(null)
  /** The list is another post's: there is nothing here to search, filter or take out. */
  const refused = computed(() => !ready.value && isForbidden(error.value))
  let run = 0

  const query = computed(() => ({
    filter: [...(filters?.value ?? []), ...(words.value.trim() ? [`${search}.like:${words.value.trim()}`] : [])],
    sort: sort.value,
  }))

  async function load(after: string | null, size = limit): Promise<void> {
    const mine = ++run
    loading.value = true
    try {
      const page = await fetch({ ...query.value, limit: size, ...(after ? { after } : {}) })
      if (mine !== run) return
      rows.value = after ? [...rows.value, ...page.items] : page.items
      next.value = page.next
      count.value = page.count
      isCapped.value = page.count_capped
      ready.value = true
      error.value = null
    } catch (cause) {
      if (mine === run) error.value = cause
    } finally {
      if (mine === run) loading.value = false
    }
  }

  const reload = () => load(null)
  const more = () => load(next.value)
  /** Fetch what is shown again, also what was loaded further down. */
  const refresh = () => load(null, Math.min(MOST, Math.max(limit, rows.value.length)))

  function sortBy(key: string): void {
    sort.value = key
  }

  /** Put a changed row in the place of its old self; a new one on top. */
  function put(row: T): void {
    const isHeld = rows.value.some((one) => one.id === row.id)
    rows.value = isHeld ? rows.value.map((one) => (one.id === row.id ? row : one)) : [row, ...rows.value]
  }

  let soon: ReturnType<typeof setTimeout> | undefined
  watch(words, () => {
    clearTimeout(soon)
    soon = setTimeout(() => void reload(), PAUSE_MS)
  })
  watch([sort, () => filters?.value.join()], () => void reload(), { immediate: true })

  return { words, sort, rows, next, count, isCapped, loading, ready, error, refused, query, reload, refresh, more, sortBy, put }
}

export type List<T extends { id: string | number }> = ReturnType<typeof useList<T>>
