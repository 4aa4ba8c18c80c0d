/** What is selected, everywhere at once: list, map and card read the same; the address carries it. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useSelectionStore = defineStore('selection', () => {
  const subjectId = ref<string | null>(null)
  /** Raised when the map should come to the selected subject, not when it was clicked there. */
  const arrivals = ref(0)

  function select(id: string | null, { bringIntoView = false }: { bringIntoView?: boolean } = {}): void {
    subjectId.value = id
    if (id && bringIntoView) arrivals.value += 1
  }

  return { subjectId, arrivals, select }
})
