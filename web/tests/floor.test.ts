/**
 * The floor is Chromium 108 (P23): nothing that is shipped needs newer syntax, built-ins or CSS.
 *
 * That browser is not to be had here; so the shipped files themselves are read. ES2022 is what it speaks.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'acorn'
import { describe, expect, it } from 'vitest'

const FOLDER = join(import.meta.dirname, '..', 'dist', 'assets')
const files = readdirSync(FOLDER)
const textOf = (name: string) => readFileSync(join(FOLDER, name), 'utf8')

/** Built-ins that came after it, each with the release that brought it. */
const NEWER_BUILT_INS: Readonly<Record<string, RegExp>> = {
  'Array#toSorted, toReversed, toSpliced (110)': /\.(toSorted|toReversed|toSpliced)\(/,
  'String#isWellFormed (111)': /\.(isWellFormed|toWellFormed)\(/,
  'AbortSignal.any (116)': /AbortSignal\.any\(/,
  'Object.groupBy, Map.groupBy (117)': /\b(Object|Map)\.groupBy\(/,
  'Promise.withResolvers (119)': /Promise\.withResolvers\(/,
  'URL.canParse (120)': /URL\.canParse\(/,
  'Array.fromAsync (121)': /Array\.fromAsync\(/,
  'Set#union and its sisters (122)': /\.(isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/,
  'Promise.try (128)': /Promise\.try\(/,
  'RegExp.escape (136)': /RegExp\.escape\(/,
}
const NEWER_CSS: Readonly<Record<string, RegExp>> = {
  'color-mix() (111)': /color-mix\(/,
  'nesting (112)': /[{;}]\s*&[\s.:[>+~#]/,
  'relative colours (119)': /(rgb|hsl|oklch|lab)\(\s*from\s/,
  '@scope (118)': /@scope\b/,
  '@starting-style (117)': /@starting-style\b/,
  'light-dark() (123)': /light-dark\(/,
  'anchor positioning (125)': /anchor\(/,
}
/** What a library names in a wrapper of the same name. */
const NAMED_ONLY: Readonly<Record<string, RegExp>> = {
  // Vue answers these on reactive arrays for whoever calls them; nobody of ours does.
  'Array#toSorted, toReversed, toSpliced (110)': /(to(?:Reversed|Sorted|Spliced))\((?:\.\.\.)?\w*\)\s*\{\s*return \w+\(this\)\.\1\((?:\.\.\.)?\w*\)/g,
}

describe('what is shipped', () => {
  it('is there: `npm run build` comes before this', () => {
    expect(files.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(5)
    expect(files.filter((name) => name.endsWith('.css')).length).toBeGreaterThan(1)
  })

  it.each(files.filter((name) => name.endsWith('.js')))('%s speaks ES2022', (name) => {
    const text = textOf(name)
    const own = (what: string) => (NAMED_ONLY[what] ? text.replace(NAMED_ONLY[what], '') : text)
    expect(() => parse(text, { ecmaVersion: 2022, sourceType: 'module' })).not.toThrow()
    const needed = Object.entries(NEWER_BUILT_INS).filter(([what, pattern]) => pattern.test(own(what)))
    expect(needed.map(([what]) => what)).toEqual([])
  })

  it.each(files.filter((name) => name.endsWith('.css')))('%s needs no newer CSS', (name) => {
    const text = textOf(name)
    expect(Object.entries(NEWER_CSS).filter(([, pattern]) => pattern.test(text)).map(([what]) => what)).toEqual([])
  })

  it('would be refused, were it newer', () => {
    expect(() => parse('/[\\p{L}--[a-z]]/v', { ecmaVersion: 2022 })).toThrow()
    expect(NEWER_BUILT_INS['Array#toSorted, toReversed, toSpliced (110)']?.test('a.toSorted()')).toBe(true)
    expect(NEWER_CSS['nesting (112)']?.test('.a{color:red;& .b{color:blue}}')).toBe(true)
  })
})
