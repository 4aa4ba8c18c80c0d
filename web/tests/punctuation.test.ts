/** Punctuation is language: what a template joins with a full-width sign stands in English pages too. */
import { describe, expect, it } from 'vitest'

const sources = import.meta.glob<string>('../src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true })

/** Comments are for us; the stories show Chinese on purpose. */
function spoken(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '').replace(/<!--[\s\S]*?-->/g, '')
}

describe('full-width punctuation', () => {
  it('stands in the words of a language only', () => {
    const found = Object.entries(sources)
      .filter(([path]) => !/\.test\.ts$|\/app\/stories\//.test(path))
      .flatMap(([path, source]) => [...spoken(source).matchAll(/^.*[：（）；！？].*$/gm)].map(([line]) => `${path}: ${line.trim()}`))
    expect(Object.keys(sources).length).toBeGreaterThan(150)
    expect(found).toEqual([])
  })
})
