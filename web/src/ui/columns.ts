/** Which columns of a page's list are shown: chosen above it, said in the address, heard by the table and the sheet. */
import { computed, inject, provide, shallowRef, type InjectionKey, type Ref } from 'vue'

import { fieldsOf, type Column } from './table'

export interface ColumnChoices {
  /** All of them, as the table has them; none before there is a table. */
  all: Ref<readonly Column[]>
  isShown: (key: string) => boolean
  toggle: (key: string) => void
  /** The server's names of what is shown, in the order of the screen, with commas: the columns of a sheet. */
  fields: () => string
}

const COLUMNS: InjectionKey<ColumnChoices> = Symbol('columns')

/** Called by the page of a list; `hidden` are the keys of what is not shown, with commas. */
export function provideColumns(hidden: Ref<string>): ColumnChoices {
  const all = shallowRef<readonly Column[]>([])
  const away = computed(() => new Set(hidden.value.split(',').filter(Boolean)))
  const shown = () => all.value.filter(({ key }) => !away.value.has(key))

  function toggle(key: string): void {
    const next = new Set(away.value)
    if (!next.delete(key)) {
      // a table without a column says nothing
      if (shown().length <= 1) return
      next.add(key)
    }
    hidden.value = all.value.map((one) => one.key).filter((one) => next.has(one)).join()
  }

  const fields = () => [...new Set(shown().flatMap(fieldsOf))].join()
  const choices = { all, isShown: (key: string) => !away.value.has(key), toggle, fields }
  provide(COLUMNS, choices)
  return choices
}

export function useColumns(): ColumnChoices | null {
  return inject(COLUMNS, null)
}
