import { describe, expect, it } from 'vitest'

import { closed, kept, MOST_TABS, named, opened, type PageTab } from './pageTabs'

const page = (path: string) => ({ path, full: path, title: 'x' })
const tabsOf = (...paths: string[]) => paths.reduce<PageTab[]>((tabs, path) => opened(tabs, page(path)), [])
const paths = (tabs: readonly PageTab[]) => tabs.map((tab) => tab.path)

describe('opening', () => {
  it('adds a page once, at the end, with what was asked there last', () => {
    const tabs = opened(tabsOf('/monitor', '/subjects'), { ...page('/monitor'), full: '/monitor?show=all' })
    expect(paths(tabs)).toEqual(['/monitor', '/subjects'])
    expect(tabs[0]?.full).toBe('/monitor?show=all')
  })

  it('keeps the name of a page that is opened again', () => {
    const tabs = named(tabsOf('/subjects/1'), '/subjects/1', 'V204 球罐')
    expect(opened(tabs, page('/subjects/1'))[0]?.name).toBe('V204 球罐')
  })

  it('lets the one go that was not looked at for longest, never the newest', () => {
    const all = Array.from({ length: MOST_TABS }, (_, n) => `/p${n}`)
    const tabs = opened(opened(tabsOf(...all), page('/p0')), page('/new'))
    expect(tabs).toHaveLength(MOST_TABS)
    expect(paths(tabs)).toContain('/p0')
    expect(paths(tabs)).not.toContain('/p1')
    expect(paths(tabs).at(-1)).toBe('/new')
  })
})

describe('closing', () => {
  it('leads from the page that is open to its right neighbour, else to the left one', () => {
    const tabs = tabsOf('/a', '/b', '/c')
    expect(closed(tabs, '/b', ({ path }) => path === '/b')).toMatchObject({ next: '/c' })
    expect(closed(tabs, '/c', ({ path }) => path === '/c')).toMatchObject({ next: '/b' })
  })

  it('leads nowhere when another is closed', () => {
    expect(closed(tabsOf('/a', '/b'), '/a', ({ path }) => path === '/b')).toMatchObject({ next: null })
  })

  it('leads home when none is left', () => {
    expect(closed(tabsOf('/a'), '/a', () => true)).toEqual({ tabs: [], next: '/' })
  })
})

it('what this browser kept comes back, and nothing that is not in its shape', () => {
  const tabs = tabsOf('/a', '/b')
  expect(kept(JSON.stringify(tabs))).toEqual(tabs)
  expect(kept(JSON.stringify([{ path: '//elsewhere.example', full: '', title: '', name: '', turn: 1 }, { path: '/a' }, null]))).toEqual([])
  expect(kept('{')).toEqual([])
  expect(kept(null)).toEqual([])
})
