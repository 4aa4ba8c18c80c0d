/** The alarm list as it stands: fetched by page, kept current by the live stream, its question in the address. */
import { refDebounced } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

import { listAlarms, listMyAlarms, listOpenAlarms } from '@/api/alerts'
import type { Alarm } from '@/api/types'
import { useSessionStore } from '@/kernel/people/sessionStore'
import { useLiveStore } from '@/live/liveStore'
import { useAddress } from '@/ui/address'
import { provideColumns } from '@/ui/columns'
import { useNow } from '@/ui/now'

import { isInOpenGroup } from './alarm'
import { useAlarmRights } from './alarmRights'
import { useAlarmStore } from './alarmStore'
import { useClocks } from './choices'
import { HIDDEN_AT_FIRST } from './monitorColumns'
import { merge, queryOf, STATUSES, type Filter, type Status } from './monitorList'
import { inTurn, isMine, turnOf } from './turn'

export const NEWEST_FIRST = '-raised_at'
/** What this person has to do first, the latest before all. */
export const BY_TURN = 'turn'
const LISTS: Partial<Record<Status, typeof listAlarms>> = { mine: listMyAlarms, open: listOpenAlarms }
const ACTS = ['alerts.alarm.confirm', 'alerts.alarm.close', 'alerts.alarm.check']

const PAUSE_MS = 250

const listed = (text: string) => (text ? text.split(',') : [])

/** The filter as the parts of the address that say it. */
function useFilter() {
  const status = ref<string>('open')
  const priorities = ref('')
  const conditions = ref('')
  const words = ref('')
  /** As far as somebody has stopped typing. */
  const asked = refDebounced(words, PAUSE_MS)
  const filter = computed<Filter>({
    get: () => ({
      status: STATUSES.find((one) => one === status.value) ?? 'open',
      priorities: listed(priorities.value).map(Number),
      conditions: listed(conditions.value),
      words: asked.value,
    }),
    set: (wanted) => {
      status.value = wanted.status
      priorities.value = wanted.priorities.join()
      conditions.value = wanted.conditions.join()
      words.value = wanted.words
    },
  })
  return { filter, words, parts: { show: status, level: priorities, kind: conditions, words } }
}

export function useMonitorList() {
  const alarms = useAlarmStore()
  const rights = useAlarmRights()
  const live = useLiveStore()
  const session = useSessionStore()
  const clocks = useClocks()
  const now = useNow()
  const { filter, words, parts } = useFilter()
  /** Who can do nothing here looks at what is new. */
  const usual = ACTS.some(session.can) ? BY_TURN : NEWEST_FIRST
  const sort = ref(usual)
  const hide = ref(HIDDEN_AT_FIRST)
  provideColumns(hide)
  useAddress({ ...parts, sort, hide })
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
      const list = LISTS[filter.value.status] ?? listAlarms
      const page = await list({ ...query.value, ...(after ? { after } : {}) })
      if (mine !== run) return
      rights.learn(page.items)
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
  const known = {
    isInOpenGroup: (alarm: Alarm) => isInOpenGroup(alarm, groupOf),
    isMine: (alarm: Alarm) => isMine(alarm, rights.of(alarm), clocks.value, now.value),
  }
  const turn = (alarm: Alarm) => turnOf(alarm, rights.of(alarm), clocks.value, now.value)

  const reload = () => fetchPage(null)
  const more = () => fetchPage(next.value)

  function take(arrived: Alarm[]): void {
    const { kept, fresh } = merge(items.value, arrived, filter.value, known)
    if (sort.value === BY_TURN || sort.value === NEWEST_FIRST) {
      items.value = sort.value === BY_TURN ? inTurn(kept, fresh, turn) : [...fresh, ...kept]
      count.value += fresh.length
    } else {
      items.value = kept
      waiting.value += fresh.length
    }
  }

  const stops = [alarms.onChanged(take), live.onReset(() => void reload())]
  onScopeDispose(() => stops.forEach((stop) => stop()))
  watch(query, reload, { immediate: true })
  alarms.start()

  return { filter, words, sort, usual, items, next, count, isCapped, loading, ready, error, waiting, query, reload, more }
}
