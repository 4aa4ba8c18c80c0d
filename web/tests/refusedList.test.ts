/** A list that is another post's shows its name and the refusal with the permission, and nothing to press. */
import { cleanup, render, screen } from '@testing-library/vue'
import { afterEach, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'

import { ApiProblem } from '@/api/problem'
import { i18n } from '@/app/i18n'
import ListBar from '@/ui/ListBar.vue'
import ListTable from '@/ui/ListTable.vue'
import { useList } from '@/ui/useList'

function show(status: number, code: string): void {
  const page = defineComponent({
    setup() {
      const list = useList<{ id: string | number }>({ fetch: () => Promise.reject(new ApiProblem(status, code, '没有权限', '', { permission: 'audit.journal.read' })), sort: 'id' })
      return () => [
        h(ListBar, { title: '日志', count: list.count.value, refused: list.refused.value, searchHint: '查找', sheet: () => Promise.resolve(new Blob()) }, () => h('select')),
        h(ListTable, { list, columns: [], label: '日志' }),
      ]
    },
  })
  render(page, { global: { plugins: [i18n] } })
}

afterEach(cleanup)

it('names what is needed and offers neither search, filter, workbook nor another try', async () => {
  show(403, 'base.not_permitted')
  const said = (await screen.findByRole('alert')).textContent
  expect(said).toContain('没有这项权限')
  expect(said).toContain('需要的权限')
  expect(said).not.toContain('audit.journal.read')
  expect(screen.getByRole('heading', { name: '日志' })).toBeTruthy()
  for (const role of ['button', 'combobox', 'searchbox']) expect(screen.queryAllByRole(role)).toEqual([])
})

it('keeps them where another try may help', async () => {
  show(503, 'base.unavailable')
  await screen.findByRole('alert')
  expect(screen.getAllByRole('button')).toHaveLength(2)
  expect(screen.getAllByRole('searchbox')).toHaveLength(1)
  expect(screen.getAllByRole('combobox')).toHaveLength(1)
})
