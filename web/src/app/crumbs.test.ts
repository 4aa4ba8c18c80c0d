import { expect, it } from 'vitest'

import { crumbsOf } from './crumbs'

const menu = [{ path: '/', title: '一张图' }, { path: '/subjects', title: '监测对象' }, { path: '/gateways', title: '采集网关' }]
const page = { title: '', name: '', menu }
const titles = (given: Partial<Parameters<typeof crumbsOf>[0]> & { path: string }) =>
  crumbsOf({ ...page, under: given.path, ...given }).map((one) => [one.title, one.path])

it('a page of the menu stands below the map, and leads nowhere itself', () => {
  expect(titles({ path: '/subjects', title: '监测对象' })).toEqual([['一张图', '/'], ['监测对象', null]])
})

it('a dossier stands below its list, under its own name', () => {
  expect(titles({ path: '/subjects/1', title: '对象档案', name: 'V204 球罐' })).toEqual([
    ['一张图', '/'], ['监测对象', '/subjects'], ['V204 球罐', null],
  ])
})

it('what a dossier is a part of stands between its list and itself', () => {
  const above = [{ path: '/subjects/9', title: '演示化工' }]
  expect(titles({ path: '/subjects/1', title: '对象档案', name: 'V204 球罐', above })).toEqual([
    ['一张图', '/'], ['监测对象', '/subjects'], ['演示化工', '/subjects/9'], ['V204 球罐', null],
  ])
})

it('a page that belongs to another entry than its address says stands there', () => {
  expect(titles({ path: '/datastreams', under: '/gateways', title: '测点' })).toEqual([['一张图', '/'], ['采集网关', '/gateways'], ['测点', null]])
})

it('who has no map begins at the entry', () => {
  expect(crumbsOf({ ...page, menu: [{ path: '/health', title: '运行状态' }], path: '/health', under: '/health', title: '运行状态' })).toEqual([{ title: '运行状态', path: null }])
})
