/** Chinese first, English complete: the same keys in both, and a word for every key that is used. */
import { describe, expect, it } from 'vitest'

import chineseWords from '@/app/words.zh-CN'
import englishWords from '@/app/words.en'

function keysOf(words: unknown, path = ''): string[] {
  if (typeof words !== 'object' || words === null) return [path]
  return Object.entries(words).flatMap(([key, value]) => keysOf(value, path ? `${path}.${key}` : key))
}

const sources = import.meta.glob<string>('../src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true })

const chinese = new Set(keysOf(chineseWords))
const english = new Set(keysOf(englishWords))

describe('words', () => {
  it('have the same keys in both languages', () => {
    expect([...english].filter((key) => !chinese.has(key))).toEqual([])
    expect([...chinese].filter((key) => !english.has(key))).toEqual([])
  })

  it('are never empty, and English has no Chinese left', () => {
    const values = (words: unknown): string[] => (typeof words === 'object' && words !== null ? Object.values(words).flatMap(values) : [String(words)])
    expect(values(chineseWords).filter((word) => word.trim() === '')).toEqual([])
    expect(values(englishWords).filter((word) => /[\u4e00-\u9fff]/.test(word))).toEqual([])
  })

  it('take the same parameters in both languages', () => {
    const at = (words: unknown, key: string) => key.split('.').reduce<unknown>((found, part) => (found as Record<string, unknown>)[part], words)
    const parameters = (text: unknown) => [...new Set([...String(text).matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort()
    for (const key of chinese) expect([key, parameters(at(englishWords, key))]).toEqual([key, parameters(at(chineseWords, key))])
  })

  it('exist for every key that a page uses', () => {
    const used = Object.values(sources).flatMap((source) =>
      [...source.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((match) => match[1] ?? ''),
    )
    expect(used.length).toBeGreaterThan(50)
    expect(used.filter((key) => !chinese.has(key))).toEqual([])
  })
})
