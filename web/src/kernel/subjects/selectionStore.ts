/** What is selected, everywhere at once: list, map and card read the same; the address carries it. */
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useSelectionStore = defineStore('selection', () => {
  const subjectId = ref<string | null>(null)
  /** The subject that the map should come to, until it has; not set when it was clicked there. */
  const awaitedId = ref<string | null>(null)

  function select(id: string | null, { bringIntoView = false }: { bringIntoView?: boolean } = {}): void {
    subjectId.value = id
    awaitedId.value = bringIntoView ? id : null
  }

  return { subjectId, awaitedId, select }
})
