import { readdirSync, readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import en from './locale.en.json'
import zh from './locale.zh-CN.json'

/** Takes a file from somebody's disk. */
const TAKES = /type="file"|<(?:ElUpload|el-upload)\b/
const components = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.vue'))
const textOf = (file: string) => readFileSync(`src/${file}`, 'utf8')

it('wherever a file is handed in it says that nothing classified may be', () => {
  const takers = components.filter((one) => TAKES.test(textOf(one)))
  expect(takers.length).toBeGreaterThanOrEqual(2)
  expect(takers.filter((one) => !textOf(one).includes('<SecrecyNote'))).toEqual([])
})

it('the page of signing in says it too, in both languages', () => {
  const [login] = components.filter((one) => one.endsWith('LoginPage.vue'))
  expect(textOf(login ?? '')).toContain('<SecrecyNote')
  expect(zh.ui.secrecy).toContain('非涉密')
  expect(en.ui.secrecy).toContain('state secrets')
})
