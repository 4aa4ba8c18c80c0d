/** Play hours of the past again: alarms, map and curves as they were known then, at any speed. */
import { useIntervalFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, toRef, watch } from 'vue'

import { readReplay } from '@/api/alerts'
import { shareRef } from '@/live/shareRef'
import { useTimeStore, type Played } from '@/live/timeStore'
import { setNowFixed } from '@/ui/now'

import { useAlarmStore } from './alarmStore'
import { Night } from './night'

export const SPEEDS = [1, 10, 60, 300, 1_800] as const
/** A wall repaints no more often: a step at 60 times is 15 seconds. */
const FRAME_MS = 250
/** What has to be fetched for a moment, as a curve, is fetched so often while it plays. */
const FETCH_EVERY_MS = 2_000

type Span = Pick<Played, 'from' | 'to'>
const isSame = (one: Span | null, other: Span) => one?.from === other.from && one.to === other.to

export function useReplay() {
  const time = useTimeStore()
  const alarms = useAlarmStore()
  const span = shallowRef<Span | null>(null)
  const night = shallowRef<Night | null>(null)
  const speed = ref<number>(60)
  const isPlaying = ref(false)
  const loading = ref(false)
  const error = shallowRef<unknown>(null)
  let run = 0
  let fetchedAt = 0

  shareRef('replay', toRef(time, 'played'))

  const moments = computed(() => night.value?.moments ?? [])

  /** Read a stretch; tells whether it is there and still wanted. */
  async function read({ from, to }: Span): Promise<boolean> {
    const mine = ++run
    loading.value = true
    error.value = null
    try {
      const { open, changes } = await readReplay(new Date(from), new Date(to))
      if (mine !== run) return false
      night.value = new Night(open, changes)
      span.value = { from, to }
      return true
    } catch (cause) {
      if (mine === run) error.value = cause
      return false
    } finally {
      if (mine === run) loading.value = false
    }
  }

  async function begin(from: number, to: number): Promise<void> {
    if (await read({ from, to })) seek(from)
  }

  /** Show a moment of the span. */
  function seek(ms: number): void {
    if (!span.value || !night.value) return
    const at = Math.min(Math.max(ms, span.value.from), span.value.to)
    show(at)
    time.played = { ...span.value, at }
  }

  function show(at: number): void {
    if (!night.value) return
    time.at = at
    setNowFixed(at)
    alarms.showThen(night.value.at(at))
    fetch(at)
  }

  function fetch(at: number): void {
    const moment = performance.now()
    if (isPlaying.value && moment - fetchedAt < FETCH_EVERY_MS) return
    fetchedAt = moment
    time.step = at
  }

  function end(): void {
    time.played = null
    forget()
  }

  function forget(): void {
    run += 1
    isPlaying.value = false
    night.value = null
    span.value = null
    time.at = time.step = null
    setNowFixed(null)
    alarms.showThen(null)
  }

  /** The stretch that another window or screen plays, from when it is asked for here. */
  let followed: Span | null = null
  /** Another window or screen chose a stretch, a moment, or the present. */
  async function follow(now: Played | null): Promise<void> {
    if (now === null) {
      followed = null
      return time.isReplay ? forget() : undefined
    }
    if (now.at === time.at) return
    isPlaying.value = false
    if (!isSame(span.value, now)) {
      // Moments come faster than a stretch is read, and one that was refused is not asked for with each of them.
      if (isSame(followed, now)) return
      followed = now
      if (!(await read(now))) return
    }
    if (time.played) show(time.played.at)
  }
  watch(() => time.played, (now) => void follow(now))
  // It may have been chosen before this page was there.
  void follow(time.played)

  useIntervalFn(() => {
    if (!isPlaying.value || !span.value || time.at === null) return
    if (time.at >= span.value.to) isPlaying.value = false
    else seek(time.at + FRAME_MS * speed.value)
  }, FRAME_MS)
  watch(isPlaying, () => {
    if (!isPlaying.value) time.step = time.at
  })
  // The page goes, the other windows stay as they are.
  onScopeDispose(() => {
    forget()
    time.played = null
  })

  return { time, span, speed, isPlaying, loading, error, moments, begin, seek, end }
}
