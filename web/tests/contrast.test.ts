/** WCAG 2.2 AA: text on every token it may lie on has at least 4.5 : 1, in both themes; in high contrast 7 : 1. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync('src/ui/tokens.css', 'utf8')

function tokensOf(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`\n${selector} {`)).split('}')[0] ?? ''
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((match) => [match[1], match[2]]))
}

const light = tokensOf(':root')
const dark = { ...light, ...tokensOf('html.dark') }
const contrastLight = { ...light, ...tokensOf('html.contrast') }
const contrastDark = { ...dark, ...tokensOf('html.contrast'), ...tokensOf('html.contrast.dark') }

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

const pairs: [string, string][] = [
  ['ink', 'paper'], ['ink', 'ground'], ['ink', 'accent-soft'], ['ink-soft', 'paper'], ['ink-soft', 'ground'], ['accent', 'paper'],
  ['accent-ink', 'accent'], ['level-1-ink', 'level-1'], ['level-2-ink', 'level-2'], ['level-3-ink', 'level-3'], ['level-4-ink', 'level-4'],
]

describe.each([['light', light], ['dark', dark]])('%s theme', (_, tokens) => {
  it.each(pairs)('%s on %s can be read', (text, ground) => {
    expect(contrast(tokens[text] ?? '', tokens[ground] ?? '')).toBeGreaterThanOrEqual(4.5)
  })
})

describe.each([['light', contrastLight], ['dark', contrastDark]])('%s theme in high contrast', (_, tokens) => {
  it.each([...pairs, ['line', 'paper'], ['stale', 'paper']] as [string, string][])('%s on %s can be read with weak eyes (1.4.6)', (text, ground) => {
    expect(contrast(tokens[text] ?? '', tokens[ground] ?? '')).toBeGreaterThanOrEqual(7)
  })
})

it('measures contrast as the standard does: black on white is 21', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
})
