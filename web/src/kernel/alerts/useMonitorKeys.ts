/** The desk of alarms by the keyboard alone: walk the rows, open, answer, go on; the same in the drawer beside them. */
import { computed, nextTick, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'

import type { Alarm } from '@/api/types'
import { useNotify } from '@/ui/notify'
import { useNow } from '@/ui/now'
import { useShortcuts, type Shortcut } from '@/ui/shortcuts'

import { offers, type Act } from './alarm'
import { useAlarmRights } from './alarmRights'
import type { Acts } from './useAlarmActs'

interface Desk {
  /** The rows as they stand on the page. */
  alarms: Readonly<Ref<Alarm[]>>
  /** The one that is open in the drawer, as far as it is known here. */
  shownId: Readonly<Ref<string | null>>
  shown: Readonly<Ref<Alarm | null>>
  show: (alarm: Alarm) => void
  acts: Acts
}

/** What opens a row: the keyboard stands there. */
const opener = (id: string) => document.querySelector<HTMLElement>(`[data-alarm="${CSS.escape(id)}"]`)
const openers = () => document.querySelector('[data-alarm]')

/** The alarm in whose row the keyboard stands. */
function focusedId(): string | null {
  const row = document.activeElement?.closest('tr, li')
  return row?.querySelector<HTMLElement>('[data-alarm]')?.dataset.alarm ?? null
}

export function useMonitorKeys({ alarms, shownId, shown, show, acts: { ask, isRemarking } }: Desk) {
  const { t } = useI18n()
  const router = useRouter()
  const notify = useNotify()
  const rights = useAlarmRights()
  const now = useNow()
  /** Where the keyboard stood last, should it have gone elsewhere since. */
  let lastId: string | null = null

  const isShown = computed(() => shownId.value !== null)

  function current(): Alarm | null {
    if (isShown.value) return shown.value
    const id = focusedId() ?? lastId
    return alarms.value.find((alarm) => alarm.id === id) ?? null
  }

  function stand(id: string | null): void {
    lastId = id
    if (id) opener(id)?.focus()
  }

  function walk(step: 1 | -1): void {
    const at = alarms.value.findIndex(({ id }) => id === current()?.id)
    const to = at < 0 ? 0 : Math.max(0, Math.min(at + step, alarms.value.length - 1))
    const next = alarms.value[to]
    if (!next || to === at) return
    lastId = next.id
    if (isShown.value) show(next)
    else stand(next.id)
  }

  function act(wanted: Act): void {
    const alarm = current()
    if (!alarm) return void notify.told(t('alerts.keys.noneChosen'))
    const offer = offers(alarm, rights.of(alarm), now.value).find((one) => one.act === wanted)
    if (!offer) return void notify.told(t('alerts.keys.notYours', { act: t(`alerts.act.${wanted}`) }))
    if (offer.blocked) return void notify.told(t(offer.blocked))
    lastId = alarm.id
    ask(wanted, alarm)
  }

  function openSubject(): void {
    const alarm = current()
    if (alarm) void router.push(`/subjects/${alarm.subject_id}`)
  }

  /** A remark is written in the drawer. */
  function remark(): void {
    const alarm = current()
    if (!alarm) return void notify.told(t('alerts.keys.noneChosen'))
    if (!isShown.value) show(alarm)
    isRemarking.value = true
  }

  /** The drawer has closed: the keyboard stands at the row again that it showed. */
  async function back(id: string): Promise<void> {
    await nextTick()
    stand(id)
  }

  const acting = (key: string, wanted: Act): Shortcut => ({ keys: [key], title: `alerts.keys.${wanted}`, run: () => act(wanted) })
  const areThere = () => isShown.value || openers() !== null
  useShortcuts('alerts.keys.title', [
    { keys: ['j', 'ArrowDown'], title: 'alerts.keys.next', run: () => walk(1), repeats: true, when: areThere },
    { keys: ['k', 'ArrowUp'], title: 'alerts.keys.previous', run: () => walk(-1), repeats: true, when: areThere },
    { keys: ['Enter'], title: 'alerts.keys.open' },
    acting('c', 'confirm'),
    acting('x', 'check'),
    acting('e', 'close'),
    acting('s', 'shelve'),
    { keys: ['m'], title: 'alerts.keys.remark', run: remark },
    { keys: ['o'], title: 'alerts.keys.subject', run: openSubject, when: () => current() !== null },
    { keys: ['Escape'], title: 'alerts.keys.shut' },
  ])

  return { back }
}
