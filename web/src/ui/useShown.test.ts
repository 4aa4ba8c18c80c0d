import { expect, it } from 'vitest'
import { effectScope, shallowRef } from 'vue'

import type { List } from './useList'
import { useShown } from './useShown'

interface Row {
  id: string
}

function listOf(...ids: string[]) {
  const rows = shallowRef<Row[]>(ids.map((id) => ({ id })))
  const put = (row: Row) => (rows.value = [row, ...rows.value])
  return { rows, put } as unknown as List<Row>
}

it('opens a row, closes it by hand, and by itself once the row has gone from the list', () => {
  effectScope().run(() => {
    const list = listOf('a', 'b')
    const shown = useShown(list)
    expect(shown.isOpen.value).toBe(false)
    shown.show({ id: 'b' })
    expect([shown.isOpen.value, shown.row.value?.id]).toEqual([true, 'b'])
    shown.isOpen.value = false
    expect(shown.id.value).toBeNull()
    shown.show({ id: 'a' })
    list.rows.value = [{ id: 'b' }]
    expect(shown.isOpen.value).toBe(false)
  })
})

it('puts what was just made on top and opens it', () => {
  effectScope().run(() => {
    const list = listOf('a')
    const shown = useShown(list)
    shown.add({ id: 'new' })
    expect(list.rows.value.map(({ id }) => id)).toEqual(['new', 'a'])
    expect(shown.row.value?.id).toBe('new')
  })
})
