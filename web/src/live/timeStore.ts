/** Which time the page shows: the present, or a moment that is played again. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

export const useTimeStore = defineStore('time', () => {
  /** Ms of the moment that is shown; null is the present. */
  const at = ref<number | null>(null)
  /** The same in steps: what has to be fetched for a moment is not fetched for each frame. */
  const step = ref<number | null>(null)
  const isReplay = computed(() => at.value !== null)

  return { at, step, isReplay }
})
