import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'

import { isSameView, useViewStore } from './viewStore'

const HERE = { lon: 106.6, lat: 38.1, zoom: 9, bearing: 0 }
const THERE = { ...HERE, lon: 107 }

beforeEach(() => setActivePinia(createPinia()))

describe('where the map looks', () => {
  it('is what the first map opened with, which nobody chose', () => {
    const store = useViewStore()
    store.open(HERE)
    store.open(THERE)
    expect([store.view, store.chosen]).toEqual([HERE, null])
  })

  it('is chosen by whoever moves a map; a step that nobody sees is none', () => {
    const store = useViewStore()
    store.open(HERE)
    store.move({ ...HERE, lon: HERE.lon + 1e-9 })
    expect(store.chosen).toBeNull()
    store.move(THERE)
    expect([store.view, store.chosen]).toEqual([THERE, THERE])
  })

  it('follows others without telling them back', () => {
    const store = useViewStore()
    store.open(HERE)
    store.follow(THERE)
    expect([store.view, store.chosen]).toEqual([THERE, null])
    store.follow(null)
    expect(store.view).toEqual(THERE)
  })

  it('tells a turned map from one that is not', () => {
    expect(isSameView(HERE, { ...HERE, bearing: 30 })).toBe(false)
    expect(isSameView(null, null)).toBe(true)
  })
})
