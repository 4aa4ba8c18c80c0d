/* eslint-disable vue/one-component-per-file -- a page and what stands on it */
import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h, ref, type Ref } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'

import { useAddress, useAddressed, type Addressed } from './address'

async function opened(address: string) {
  let kind: Ref<string> = ref('')
  let sort: Ref<string> = ref('')
  let inside: Addressed | null = null
  const below = defineComponent({
    setup() {
      inside = useAddressed()
      return () => null
    },
  })
  const page = defineComponent({
    setup() {
      kind = ref('')
      sort = ref('name')
      useAddress({ kind, sort })
      return () => h(below)
    },
  })
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/list', component: page }, { path: '/other', component: { render: () => null } }] })
  await router.push(address)
  mount(RouterView, { global: { plugins: [router] } })
  await flushPromises()
  const list = inside as Addressed | null
  if (!list) throw new Error('nothing is addressed')
  return { router, kind, sort, list, at: () => router.currentRoute.value.fullPath }
}

it('is asked as its address says, and as it was at first where that says nothing', async () => {
  const { kind, sort } = await opened('/list?kind=tank')
  expect([kind.value, sort.value]).toEqual(['tank', 'name'])
})

it('says what has changed and nothing that is as it was at first, beside what others say', async () => {
  const { kind, at, list } = await opened('/list?alarm=A1')
  kind.value = 'tank'
  await flushPromises()
  expect(at()).toBe('/list?alarm=A1&kind=tank')
  expect(list.question()).toBe('kind=tank')
  kind.value = ''
  await flushPromises()
  expect(at()).toBe('/list?alarm=A1')
})

it('goes back and forth with the browser', async () => {
  const { router, kind } = await opened('/list')
  await router.push('/list?kind=mine')
  await flushPromises()
  expect(kind.value).toBe('mine')
  router.back()
  await flushPromises()
  expect(kind.value).toBe('')
})

it('does not take back what was typed on while it was saying the first of it', async () => {
  const { router, kind } = await opened('/list')
  router.beforeEach(() => new Promise((go) => setTimeout(() => go(true), 5)))
  kind.value = 't'
  await Promise.resolve()
  kind.value = 'ta'
  await new Promise((go) => setTimeout(go, 2))
  kind.value = 'tan'
  await new Promise((go) => setTimeout(go, 40))
  await flushPromises()
  expect(kind.value).toBe('tan')
  expect(router.currentRoute.value.query).toEqual({ kind: 'tan' })
})

it('asks a kept question again: what it does not name is as it was at first', async () => {
  const { kind, sort, list } = await opened('/list?kind=tank')
  list.ask('sort=-code')
  expect([kind.value, sort.value]).toEqual(['', '-code'])
  await flushPromises()
  expect(list.question()).toBe('sort=-code')
})

it('says nothing on the page that one has gone on to', async () => {
  const { router, kind, at } = await opened('/list')
  await router.push('/other')
  kind.value = 'late'
  await flushPromises()
  expect(at()).toBe('/other')
})
