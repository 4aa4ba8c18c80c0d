import { describe, expect, it } from 'vitest'

import { ApiProblem, problemOf } from '@/api/problem'

import { problemText } from '@/ui/problemText'

const words = (locale: string, known: Record<string, string> = {}) => {
  const said: Record<string, string> = { 'ui.problem.unknown': '?', ...known }
  return { t: (key: string) => said[key] ?? key, te: (key: string) => key in said, locale }
}
const refusal = problemOf(409, {
  code: 'sensing.tag_exists',
  title: '位号 T1 已登记',
  title_en: 'This tag is registered already.',
})

describe('the sentence of a refusal', () => {
  it('is the server’s own in the language of the page', () => {
    expect(problemText(refusal, words('zh-CN'))).toBe('位号 T1 已登记')
    expect(problemText(refusal, words('en'))).toBe('This tag is registered already.')
  })

  it('is ours where the English page has its own', () => {
    expect(problemText(refusal, words('en', { 'ui.problem.sensing.tag_exists': 'Taken' }))).toBe('Taken')
  })

  it('falls back to what there is', () => {
    expect(problemText(new ApiProblem(502, 'http_502', 'HTTP 502'), words('en'))).toBe('HTTP 502')
    expect(problemText('broken', words('en'))).toBe('?')
  })
})
