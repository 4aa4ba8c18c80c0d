import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { createPinia } from 'pinia'
import { describe, expect, test } from 'vitest'
import { createRouter, createWebHistory } from 'vue-router'

import { i18n } from '@/app/i18n'
import DialogStories from '@/app/stories/DialogStories.vue'
import FieldStories from '@/app/stories/FieldStories.vue'
import ListStories from '@/app/stories/ListStories.vue'
import SignStories from '@/app/stories/SignStories.vue'

const SRC = join(import.meta.dirname, '../src')
const components = (folder: string) => readdirSync(join(SRC, folder)).filter((file) => file.endsWith('.vue')).map((file) => basename(file, '.vue'))
const stories = readdirSync(join(SRC, 'app/stories')).map((file) => readFileSync(join(SRC, 'app/stories', file), 'utf8')).join('\n')
/** What draws nothing beside the map, or is brought by another: it has no look of its own. */
const BROUGHT: Readonly<Record<string, string>> = { MapScope: 'MapView', BaseMap: 'MapView', SharedView: 'MapView', ServiceLayer: 'MapView' }

const isTold = (name: string) => new RegExp(`<${BROUGHT[name] ?? name}[\\s/>]`).test(stories)

describe.each(['ui', 'charts', 'map'])('the components of %s', (folder) => {
  test.each(components(folder))('%s has its story', (name) => {
    expect(isTold(name)).toBe(true)
  })
})

test('a component without a story is caught', () => {
  expect(isTold('NobodyKnowsIt')).toBe(false)
})

test.each([['SignStories', SignStories], ['FieldStories', FieldStories], ['ListStories', ListStories], ['DialogStories', DialogStories]])('%s can be shown', (_, Stories) => {
  const router = createRouter({ history: createWebHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  const page = mount(Stories, { global: { plugins: [i18n, createPinia(), router, ElementPlus] } })
  expect(page.findAll('h2').length).toBeGreaterThan(3)
})
