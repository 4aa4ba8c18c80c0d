import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { defineComponent, ref } from 'vue'

import { provideColumns, type ColumnChoices } from './columns'
import type { Column } from './table'

const COLUMNS: Column[] = [
  { key: 'site', label: '企业', fields: ['site_name'] },
  { key: 'datastream', label: '测点', fields: ['datastream_name', 'tag'] },
  { key: 'tag', label: '位号' },
  { key: 'worst', label: '最高报警', fields: [] },
  { key: 'acts', label: '操作', bare: true },
]

function choices(hidden: string): ColumnChoices {
  const made: ColumnChoices[] = []
  mount(defineComponent({ setup: () => { made.push(provideColumns(ref(hidden))); return () => null } }))
  const [one] = made
  if (!one) throw new Error('no choices were made')
  one.all.value = COLUMNS
  return one
}

test('a sheet has what is shown, by the names of the server, in the order of the screen, each once', () => {
  expect(choices('').fields()).toBe('site_name,datastream_name,tag')
})

test('what is not shown is not in the sheet either', () => {
  expect(choices('datastream').fields()).toBe('site_name,tag')
  expect(choices('site,tag').fields()).toBe('datastream_name,tag')
})

test('choosing a column away takes it out of the sheet; the last one stays', () => {
  const one = choices('tag,worst,acts')
  one.toggle('site')
  one.toggle('datastream')
  expect(one.fields()).toBe('datastream_name,tag')
})
