/** Whether the map is split, and what its right half shows: the present, or a moment as it was known then. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

/** Percent of the width; neither half becomes so narrow that its words do not fit. */
export const LEAST_SHARE = 25
export const MOST_SHARE = 75
const HALF = 50

export const useSplitStore = defineStore('split', () => {
  const isOpen = ref(false)
  /** Ms of the moment of the right half; null is the present. */
  const at = ref<number | null>(null)
  /** What the left half has of the width. */
  const share = ref(HALF)

  function widen(percent: number): void {
    share.value = Math.round(Math.min(Math.max(percent, LEAST_SHARE), MOST_SHARE))
  }

  /** A moment is one of the past: of what comes nothing is known. */
  function show(ms: number | null, now: number): void {
    at.value = ms === null || ms >= now ? null : ms
  }

  return { isOpen, at, share, widen, show }
})
