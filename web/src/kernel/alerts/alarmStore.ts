/**
 * The open alarms of this scope, and each subject's colour, kept equal to the server's.
 *
 * Rule of the live stream: state before + events = state after. A row is taken when its version is
 * higher than the one held; what arrives while a snapshot is on its way is kept and compared with it.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, triggerRef } from 'vue'

import { listOpenAlarms, readAlarmStates } from '@/api/alerts'
import type { Alarm, AlarmStates } from '@/api/types'
import type { Row } from '@/live/frames'
import { useLiveStore } from '@/live/liveStore'
import { PRIORITIES, type Priority } from '@/ui/levels'

import { isInOpenGroup, isOpen, newestFirst, priorityOf } from './alarm'
import { useAlarmRights } from './alarmRights'

/** The store is bounded: beyond this many open alarms colours come from the server's summary. */
export const MOST_HELD = 2_000
const PAGE = 500
const MOST_VERSIONS = 20_000
const SUMMARY_PAUSE_MS = 2_000

export interface SubjectState {
  priority: Priority
  count: number
  /** Somebody has not answered yet: the sign on the map blinks. */
  unanswered: boolean
  /** Nothing but silence: the subject is offline, drawn hollow. */
  offline: boolean
}

export const useAlarmStore = defineStore('alarms', () => {
  const live = useLiveStore()
  const rights = useAlarmRights()
  const open = shallowRef(new Map<string, Alarm>())
  /** What was open at the moment that is played again; null is the present. */
  const then = shallowRef<ReadonlyMap<string, Alarm> | null>(null)
  const summary = shallowRef<AlarmStates['states']>([])
  const isComplete = ref(false)
  const loaded = ref(false)
  const error = shallowRef<unknown>(null)
  /** The newest raise seen on the stream, for those who ring or scroll. */
  const lastRaised = shallowRef<Alarm | null>(null)

  const versions = new Map<string, number>()
  /** What the stream brought since the last snapshot was asked for. */
  const heardLate = new Set<string>()
  const listeners = new Set<(alarms: Alarm[]) => void>()
  let run = 0
  let summaryTimer: ReturnType<typeof setTimeout> | undefined
  let started = false

  function start(): void {
    if (started) return
    started = true
    live.onRows('alerts.alarm', apply)
    live.onReset(() => void refresh())
    void refresh()
  }

  async function refresh(): Promise<void> {
    const mine = ++run
    heardLate.clear()
    try {
      const [states, alarms] = await Promise.all([readAlarmStates(), openAlarms()])
      if (mine !== run) return
      summary.value = states.states
      isComplete.value = alarms.isWhole
      replaceBy(alarms.items)
      error.value = null
      loaded.value = true
    } catch (cause) {
      if (mine === run) error.value = cause
    }
  }

  async function openAlarms(): Promise<{ items: Alarm[]; isWhole: boolean }> {
    const items: Alarm[] = []
    let after: string | null = null
    do {
      const page = await listOpenAlarms({ sort: 'priority', limit: PAGE, ...(after ? { after } : {}) })
      items.push(...page.items)
      after = page.next
    } while (after && items.length < MOST_HELD)
    return { items, isWhole: after === null }
  }

  function replaceBy(items: Alarm[]): void {
    rights.learn(items)
    const next = new Map<string, Alarm>()
    for (const item of items) {
      const newer = (versions.get(item.id) ?? 0) > item.version
      const held = newer ? open.value.get(item.id) : item
      versions.set(item.id, Math.max(versions.get(item.id) ?? 0, item.version))
      if (held && isOpen(held)) next.set(item.id, held)
    }
    // Raised after the snapshot's position, heard on the stream before the snapshot came.
    const listed = new Set(items.map((item) => item.id))
    for (const [id, alarm] of open.value) if (!listed.has(id) && heardLate.has(id)) next.set(id, alarm)
    open.value = next
  }

  function apply(rows: Row[]): void {
    const changed: Alarm[] = []
    for (const row of rows) {
      if ((versions.get(row.id) ?? 0) >= row.version) continue
      versions.set(row.id, row.version)
      heardLate.add(row.id)
      if (row.gone) open.value.delete(row.id)
      else changed.push(take({ ...row.state, id: row.id, version: row.version } as Alarm))
    }
    forgetOldVersions()
    triggerRef(open)
    if (!isComplete.value) refreshSummarySoon()
    if (changed.length) listeners.forEach((listen) => listen(changed))
  }

  function take(alarm: Alarm): Alarm {
    const known = open.value.get(alarm.id)
    if (!isOpen(alarm)) open.value.delete(alarm.id)
    else if (known || open.value.size < MOST_HELD) open.value.set(alarm.id, alarm)
    if (alarm.instrument_state === 'active' && alarm.occurrences > (known?.occurrences ?? 0)) lastRaised.value = alarm
    return alarm
  }

  /** Our own act was answered: show it before the stream brings it. */
  function put(alarm: Alarm): void {
    rights.learn([alarm])
    apply([{ type: 'alerts.alarm', id: alarm.id, version: alarm.version, gone: false, state: { ...alarm } }])
  }

  function forgetOldVersions(): void {
    if (versions.size <= MOST_VERSIONS) return
    for (const id of versions.keys()) {
      if (versions.size <= MOST_VERSIONS / 2) break
      if (!open.value.has(id)) versions.delete(id)
    }
  }

  function refreshSummarySoon(): void {
    summaryTimer ??= setTimeout(() => {
      summaryTimer = undefined
      void readAlarmStates().then((states) => (summary.value = states.states)).catch(() => undefined)
    }, SUMMARY_PAUSE_MS)
  }

  function onChanged(listen: (alarms: Alarm[]) => void): () => void {
    listeners.add(listen)
    return () => void listeners.delete(listen)
  }

  /** What is shown; the present goes on being kept beside a replay. No computed: the map is the same after a change, and nobody would be told. */
  const held = () => then.value ?? open.value
  const showThen = (alarms: ReadonlyMap<string, Alarm> | null) => void (then.value = alarms)
  /** The present, whatever is played again. */
  const statesNow = computed(() => (isComplete.value ? derive(open.value.values()) : fromSummary(summary.value)))
  const states = computed(() => (then.value ? derive(then.value.values()) : statesNow.value))
  /** What a list shows: a group stands for its members. */
  const unfolded = computed(() => [...held().values()].filter((alarm) => !isInOpenGroup(alarm, (id) => held().get(id))))
  const newest = computed(() => newestFirst(unfolded.value))
  const counts = computed(() => {
    const counted: Record<Priority, number> = { 1: 0, 2: 0, 3: 0, 4: 0 }
    for (const alarm of unfolded.value) counted[priorityOf(alarm)] += 1
    return PRIORITIES.map((priority) => ({ priority, count: counted[priority] }))
  })

  return { open, states, statesNow, newest, counts, isComplete, loaded, error, lastRaised, start, refresh, apply, put, onChanged, showThen }
})

const UNTOUCHED: SubjectState = { priority: 4, count: 0, unanswered: false, offline: true }

function worsened(before: SubjectState, alarm: Alarm): SubjectState {
  const isSilent = alarm.condition === 'silent' && alarm.instrument_state === 'active'
  return {
    priority: Math.min(before.priority, priorityOf(alarm)) as Priority,
    count: before.count + 1,
    unanswered: before.unanswered || alarm.firm_state === 'new',
    offline: before.offline && isSilent,
  }
}

/** Each subject's worst open alarm, from the alarms themselves. */
export function derive(alarms: Iterable<Alarm>): Map<string, SubjectState> {
  const states = new Map<string, SubjectState>()
  for (const alarm of alarms) states.set(alarm.subject_id, worsened(states.get(alarm.subject_id) ?? UNTOUCHED, alarm))
  return states
}

function fromSummary(rows: AlarmStates['states']): Map<string, SubjectState> {
  return new Map(
    rows.map((row) => [
      row.subject_id,
      { priority: priorityOf(row), count: row.count, unanswered: false, offline: false },
    ]),
  )
}
