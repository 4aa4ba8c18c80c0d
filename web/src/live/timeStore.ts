/** Which time the page shows: the present, a moment that is played again, or one that is forecast. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

/** A stretch of the past and the moment of it that is shown, in ms. */
export interface Played {
  from: number
  to: number
  at: number
}

export const useTimeStore = defineStore('time', () => {
  /** Ms of the moment that is shown; null is the present. */
  const at = ref<number | null>(null)
  /** The same in steps: what has to be fetched for a moment is not fetched for each frame. */
  const step = ref<number | null>(null)
  /** What all windows and screens that belong together play; null is the present. */
  const played = shallowRef<Played | null>(null)
  /** Ms of a moment to come: layers that have a forecast draw it, all others stay with the present. */
  const ahead = ref<number | null>(null)
  const isReplay = computed(() => at.value !== null)
  const isForecast = computed(() => ahead.value !== null)

  return { at, step, played, ahead, isReplay, isForecast }
})
