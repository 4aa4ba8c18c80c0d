/** A language that nobody speaks: English with other letters, longer by a half, to see what overflows. */
const LETTERS: Readonly<Record<string, string>> = { a: 'ä', e: 'é', i: 'ï', o: 'ö', u: 'ü', A: 'Ä', E: 'É', I: 'Ï', O: 'Ö', U: 'Ü' }
const SHARE = 0.45

/** One message; what is put in (`{name}`, `{'|'}`) stays as it is. */
export function pseudo(text: string): string {
  const written = text.replace(/\{[^}]*\}|[aeiouAEIOU]/g, (part) => LETTERS[part] ?? part)
  const more = '~'.repeat(Math.ceil(text.replace(/\{[^}]*\}/g, '').length * SHARE))
  return `⟦${written}${more}⟧`
}

type Words = string | number | boolean | null | readonly Words[] | { readonly [key: string]: Words }

/** All messages of a language. */
export function pseudoAll<T extends Words>(words: T): T {
  if (typeof words === 'string') return pseudo(words) as T
  if (Array.isArray(words)) return words.map(pseudoAll) as unknown as T
  if (words === null || typeof words !== 'object') return words
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key, pseudoAll(value)])) as T
}
