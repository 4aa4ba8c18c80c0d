/** Which columns of a page's list are shown: chosen above it, said in the address, heard by the table. */
import { computed, inject, provide, shallowRef, type InjectionKey, type Ref } from 'vue'

import type { Column } from './table'

export interface ColumnChoices {
  /** All of them, as the table has them; none before there is a table. */
  all: Ref<readonly Column[]>
  isShown: (key: string) => boolean
  toggle: (key: string) => void
}

const COLUMNS: InjectionKey<ColumnChoices> = Symbol('columns')

/** Called by the page of a list; `hidden` are the keys of what is not shown, with commas. */
export function provideColumns(hidden: Ref<string>): void {
  const all = shallowRef<readonly Column[]>([])
  const away = computed(() => new Set(hidden.value.split(',').filter(Boolean)))
  const shown = () => all.value.filter(({ key }) => !away.value.has(key)).length

  function toggle(key: string): void {
    const next = new Set(away.value)
    if (!next.delete(key)) {
      // a table without a column says nothing
      if (shown() <= 1) return
      next.add(key)
    }
    hidden.value = all.value.map((one) => one.key).filter((one) => next.has(one)).join()
  }

  provide(COLUMNS, { all, isShown: (key) => !away.value.has(key), toggle })
}

export function useColumns(): ColumnChoices | null {
  return inject(COLUMNS, null)
}
