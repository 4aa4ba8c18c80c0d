import { afterEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { fetchAhead } from './fetchAhead'

const page = { render: () => null }

function walked(fails = '') {
  const loaded: string[] = []
  const load = (name: string) => async () => {
    loaded.push(name)
    if (name === fails) throw new Error('the line is cut')
    return page
  }
  const routes = ['a', 'b', 'c'].map((name) => ({ path: `/${name}`, component: load(name) }))
  return { loaded, router: createRouter({ history: createMemoryHistory(), routes }) }
}

vi.stubGlobal('requestIdleCallback', (done: () => void) => done())
afterEach(() => void Reflect.deleteProperty(navigator, 'connection'))

it('the pages of the menu are there before they are opened, each fetched once', async () => {
  const { loaded, router } = walked()
  await fetchAhead(router, ['/b', '/a'])
  await router.push('/a')
  expect(loaded).toEqual(['b', 'a'])
})

it('a cut line ends it, and disturbs nobody', async () => {
  const { loaded, router } = walked('b')
  await fetchAhead(router, ['/b', '/a'])
  expect(loaded).toEqual(['b'])
})

it('who saves data fetches what is clicked', async () => {
  Object.defineProperty(navigator, 'connection', { value: { saveData: true }, configurable: true })
  const { loaded, router } = walked()
  await fetchAhead(router, ['/a'])
  expect(loaded).toEqual([])
})
