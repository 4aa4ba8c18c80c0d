/** Play hours of the past again: alarms, map and curves as they were known then, at any speed. */
import { useIntervalFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

import { readReplay } from '@/api/alerts'
import { shareRef } from '@/live/shareRef'
import { useTimeStore } from '@/live/timeStore'
import { setNowFixed } from '@/ui/now'

import { useAlarmStore } from './alarmStore'
import { Night } from './night'

export const SPEEDS = [1, 10, 60, 300, 1_800] as const
/** A wall repaints no more often: a step at 60 times is 15 seconds. */
const FRAME_MS = 250
/** What has to be fetched for a moment, as a curve, is fetched so often while it plays. */
const FETCH_EVERY_MS = 2_000

/** What the windows of one browser show together: a stretch and a moment of it, or the present. */
interface Shown {
  from: number
  to: number
  at: number
}

export function useReplay() {
  const time = useTimeStore()
  const alarms = useAlarmStore()
  const span = shallowRef<{ from: number; to: number } | null>(null)
  const night = shallowRef<Night | null>(null)
  const speed = ref<number>(60)
  const isPlaying = ref(false)
  const loading = ref(false)
  const error = shallowRef<unknown>(null)
  let run = 0
  let fetchedAt = 0

  const shown = shallowRef<Shown | null>(null)
  shareRef('replay', shown)

  const moments = computed(() => night.value?.moments ?? [])

  async function begin(from: number, to: number): Promise<void> {
    const mine = ++run
    loading.value = true
    error.value = null
    try {
      const { open, changes } = await readReplay(new Date(from), new Date(to))
      if (mine !== run) return
      night.value = new Night(open, changes)
      span.value = { from, to }
      seek(from)
    } catch (cause) {
      if (mine === run) error.value = cause
    } finally {
      if (mine === run) loading.value = false
    }
  }

  /** Show a moment of the span. */
  function seek(ms: number): void {
    if (!span.value || !night.value) return
    const at = Math.min(Math.max(ms, span.value.from), span.value.to)
    show(at)
    shown.value = { ...span.value, at }
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
    shown.value = null
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

  /** Another window chose a stretch, a moment, or the present. */
  async function follow(now: Shown | null): Promise<void> {
    if (now === null) return time.isReplay ? forget() : undefined
    if (now.at === time.at) return
    isPlaying.value = false
    if (now.from !== span.value?.from || now.to !== span.value.to) await begin(now.from, now.to)
    show(now.at)
  }
  watch(shown, (now) => void follow(now))

  useIntervalFn(() => {
    if (!isPlaying.value || !span.value || time.at === null) return
    if (time.at >= span.value.to) isPlaying.value = false
    else seek(time.at + FRAME_MS * speed.value)
  }, FRAME_MS)
  watch(isPlaying, () => {
    if (!isPlaying.value) time.step = time.at
  })
  // The page goes, the other windows stay as they are.
  onScopeDispose(forget)

  return { time, span, speed, isPlaying, loading, error, moments, begin, seek, end }
}
