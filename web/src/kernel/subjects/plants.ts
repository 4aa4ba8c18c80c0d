/** What is chosen of the templates, and which of them a search means. */
import type { PlantTag, PlantTemplate } from '@/api/plants'

/** Those whose title or one of whose tags has the words, in either language. */
export function found(plants: readonly PlantTemplate[], words: string): PlantTemplate[] {
  const wanted = words.trim().toLowerCase()
  if (!wanted) return [...plants]
  const has = (...texts: string[]) => texts.some((one) => one.toLowerCase().includes(wanted))
  return plants.filter((one) => has(one.title, one.title_en, one.code) || one.tags.some((tag) => has(tag.name, tag.name_en)))
}

export function totals(plants: readonly PlantTemplate[], counts: Readonly<Record<string, number | null>>): { plants: number; tags: number } {
  const chosen = plants.map((one) => ({ count: counts[one.code] ?? 0, tags: one.tags.length }))
  return {
    plants: chosen.reduce((sum, { count }) => sum + count, 0),
    tags: chosen.reduce((sum, { count, tags }) => sum + count * tags, 0),
  }
}

/** "H 25 · HH 50": a limit without a figure says whose it is. */
export function limitsText({ limits, unit }: PlantTag, own: string): string {
  const shown = unit === '1' ? '' : ` ${unit}`
  return Object.entries(limits)
    .map(([condition, value]) => `${condition} ${value === null ? own : `${value}${shown}`}`)
    .join(' · ')
}
