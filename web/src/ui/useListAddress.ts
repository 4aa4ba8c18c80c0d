/** A list whose words, order, filters and columns stand in the address of its page, and can be kept as a view. */
import { ref, type Ref } from 'vue'

import { useAddress } from './address'
import { provideColumns } from './columns'
import type { List } from './useList'

type Asking = Pick<List<{ id: string }>, 'words' | 'sort'>

/** `filters` are the page's own choices, by the names that they have in the address. */
export function useListAddress({ words, sort }: Asking, filters: Readonly<Record<string, Ref<string>>> = {}): void {
  const hide = ref('')
  provideColumns(hide)
  useAddress({ ...filters, words, sort, hide })
}
