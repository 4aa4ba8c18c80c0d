/** The alarm list as it stands: fetched by page, kept current by the live stream. */
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

import { listAlarms, listOpenAlarms } from '@/api/alerts'
import type { Alarm } from '@/api/types'
import { useLiveStore } from '@/live/liveStore'

import { isInOpenGroup } from './alarm'
import { useAlarmStore } from './alarmStore'
import { merge, queryOf, type Filter } from './monitorList'

const NEWEST_FIRST = '-raised_at'

export function useMonitorList() {
  const alarms = useAlarmStore()
  const live = useLiveStore()
  const filter = ref<Filter>({ status: 'open', priorities: [], conditions: [] })
  const sort = ref(NEWEST_FIRST)
  const items = shallowRef<Alarm[]>([])
  const next = ref<string | null>(null)
  const count = ref(0)
  const isCapped = ref(false)
  const loading = ref(false)
  const ready = ref(false)
  const error = shallowRef<unknown>(null)
  /** Arrived while another order is shown: where they belong only the server knows. */
  const waiting = ref(0)
  let run = 0

  const query = computed(() => queryOf(filter.value, sort.value))

  async function fetchPage(after: string | null): Promise<void> {
    const mine = ++run
    loading.value = true
    try {
      const list = filter.value.status === 'open' ? listOpenAlarms : listAlarms
      const page = await list({ ...query.value, ...(after ? { after } : {}) })
      if (mine !== run) return
      items.value = after ? [...items.value, ...page.items] : page.items
      next.value = page.next
      count.value = page.count
      isCapped.value = page.count_capped
      error.value = null
      ready.value = true
      if (!after) waiting.value = 0
    } catch (cause) {
      if (mine === run) error.value = cause
    } finally {
      if (mine === run) loading.value = false
    }
  }

  /** A member's group as far as this page knows it; it comes before its members (7.19). */
  const groupOf = (id: string) => alarms.open.get(id) ?? items.value.find((item) => item.id === id)

  const reload = () => fetchPage(null)
  const more = () => fetchPage(next.value)

  function take(arrived: Alarm[]): void {
    const merged = merge(items.value, arrived, filter.value, (alarm) => isInOpenGroup(alarm, groupOf))
    if (sort.value === NEWEST_FIRST) {
      items.value = merged.items
      count.value += merged.added
    } else {
      items.value = merged.items.slice(merged.added)
      waiting.value += merged.added
    }
  }

  const stops = [alarms.onChanged(take), live.onReset(() => void reload())]
  onScopeDispose(() => stops.forEach((stop) => stop()))
  watch(query, reload, { immediate: true })
  alarms.start()

  return { filter, sort, items, next, count, isCapped, loading, ready, error, waiting, query, reload, more }
}
