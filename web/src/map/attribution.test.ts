import { expect, it } from 'vitest'

import { asText, namedBeside, serviceBeside } from './attribution'
import en from './locale.en.json'
import zh from './locale.zh-CN.json'

const words = (of: { map: Readonly<Record<string, unknown>> }) => (key: string, values: Record<string, string> = {}) =>
  String(key.split('.').slice(1).reduce<unknown>((found, part) => (found as Record<string, unknown> | undefined)?.[part], of.map) ?? '').replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
const survey = { source: '某局 2026', source_en: 'A bureau, 2026', map_approval: '宁S〔2026〕012号', is_invented: false }

it('names the source and the approval number', () => {
  expect(namedBeside(survey, 'zh-CN', words(zh))).toBe('底图：某局 2026　审图号 宁S〔2026〕012号')
  expect(namedBeside(survey, 'en', words(en))).toBe('Base map: A bureau, 2026　map approval no. 宁S〔2026〕012号')
})

it('says what it is where nobody has approved it', () => {
  expect(namedBeside({ ...survey, map_approval: '' }, 'zh-CN', words(zh))).toBe('底图：某局 2026　示意')
  expect(namedBeside({ ...survey, map_approval: '', is_invented: true }, 'zh-CN', words(zh))).toBe('底图：某局 2026　演示')
  expect(namedBeside({ ...survey, source_en: '' }, 'en', words(en))).toContain('某局 2026')
})

it('names a service of the government with its source and approval number', () => {
  const service = { ...survey, title: '天地图影像', title_en: 'Tianditu imagery' }
  expect(serviceBeside(service, 'zh-CN', words(zh))).toBe('政务地图：天地图影像（某局 2026）　审图号 宁S〔2026〕012号')
  expect(serviceBeside({ ...service, source_en: '' }, 'en', words(en))).toBe('Government map: Tianditu imagery (某局 2026)　map approval no. 宁S〔2026〕012号')
  expect(serviceBeside({ ...service, map_approval: '' }, 'zh-CN', words(zh))).toContain('　示意')
})

it('writes what somebody typed as text, never as a page', () => {
  expect(asText('<img src=x onerror="a()">&\'')).toBe('&lt;img src=x onerror=&quot;a()&quot;&gt;&amp;&#39;')
})
