/** The row of a list that stands open in the drawer beside it; gone from the list, it closes. */
import { computed, ref } from 'vue'

import type { List } from './useList'

export function useShown<T extends { id: string }>(list: List<T>) {
  const id = ref<string | null>(null)
  const row = computed(() => list.rows.value.find((one) => one.id === id.value) ?? null)
  const isOpen = computed({
    get: () => row.value !== null,
    set: (open) => {
      if (!open) id.value = null
    },
  })

  function show(wanted: T): void {
    id.value = wanted.id
  }

  /** A row that was just made: on top of the list, and open. */
  function add(made: T): void {
    list.put(made)
    show(made)
  }

  return { id, row, isOpen, show, add }
}
