/** What may be shared is found on the server: also the zone that stands behind the first page of them. */
import { cleanup, fireEvent, render, screen } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { PropType } from 'vue'

import { i18n } from '@/app/i18n'
import NewShareDialog from '@/kernel/people/NewShareDialog.vue'

type Find = (words: string) => Promise<{ title: string }[]>
const api = vi.hoisted(() => ({ listDivisions: vi.fn(), listZones: vi.fn() }))
vi.mock('@/api/places', () => api)
vi.mock('@/api/accounts', () => ({ listOrganisations: () => Promise.resolve({ items: [] }) }))
/** A box that asks for what is typed and lists what comes, without the pop-up of Element Plus. */
vi.mock('@/ui/PickField.vue', async () => {
  const { defineComponent, h, ref } = await import('vue')
  return {
    default: defineComponent({
      props: { label: { type: String, required: true }, find: { type: Function as PropType<Find>, required: true } },
      setup: (props) => {
        const titles = ref<string[]>([])
        const look = async (words: string) => (titles.value = (await props.find(words)).map((one) => one.title))
        return () => [
          h('input', { 'aria-label': props.label, onInput: (event: Event) => look((event.target as HTMLInputElement).value) }),
          h('ul', titles.value.map((one) => h('li', one))),
        ]
      },
    }),
  }
})

const ZONES = Array.from({ length: 45 }, (_, n) => ({ number: 64018101 + n, name: `第${n + 1}园区`, name_en: `Park ${n + 1}` }))

/** As the server answers: by its words, and no more than was asked for. */
function answerZones({ filter, limit }: { filter: string[]; limit: number }) {
  const words = filter.find((one) => one.startsWith('search.like:'))?.slice('search.like:'.length) ?? ''
  const found = ZONES.filter((one) => `${one.number} ${one.name} ${one.name_en}`.toLowerCase().includes(words.toLowerCase()))
  return Promise.resolve({ items: found.slice(0, limit) })
}

async function type(words: string): Promise<void> {
  const pinia = createPinia()
  setActivePinia(pinia)
  render(NewShareDialog, { props: { modelValue: true }, global: { plugins: [pinia, i18n] } })
  await fireEvent.update(await screen.findByLabelText('共享的属地'), words)
}

beforeEach(() => {
  vi.resetAllMocks()
  api.listDivisions.mockResolvedValue({ items: [{ code: '640181', name: '灵武市', name_en: 'Lingwu' }] })
  api.listZones.mockImplementation(answerZones)
})
afterEach(cleanup)

it.each(['第44园区', 'park 44', '64018144'])('finds a zone behind the first page by %s', async (words) => {
  await type(words)
  expect(await screen.findByText('第44园区')).toBeTruthy()
  expect(screen.queryByText('第1园区')).toBeNull()
  expect(api.listZones.mock.lastCall?.[0].filter).toEqual(expect.arrayContaining(['kind.eq:functional_zone', 'is_in_force.eq:true']))
})

it('begins with the first zones and divisions before anything is typed', async () => {
  await type(' ')
  expect(await screen.findByText('灵武市')).toBeTruthy()
  expect(screen.getByText('第1园区')).toBeTruthy()
})
