/** A measured value as text: as many decimals as the instrument resolves, no more. */
export function decimalsOf(resolution: number | null | undefined): number {
  if (!resolution || resolution <= 0) return 2
  return Math.min(6, Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9)))
}

export function figure(value: number | null | undefined, resolution?: number | null): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '—'
  const fixed = value.toFixed(decimalsOf(resolution))
  // Without a declared resolution trailing zeros would claim a precision that nobody stated.
  return resolution ? fixed : fixed.replace(/\.?0+$/, '')
}

/** 1234567 -> "123.5万" in Chinese, "1,234,567" in English. */
export function bigNumber(value: number, locale: string): string {
  if (locale.startsWith('zh') && value >= 10_000) return `${(value / 10_000).toFixed(1).replace(/\.0$/, '')}万`
  return value.toLocaleString('en')
}

const PLAIN = /^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/

/**
 * A number as it is typed or pasted from a sheet, also in full-width figures; null when it is none.
 *
 * A comma is taken only where thousands have one: "11,75" is a slip for 11.75, not 1175.
 */
export function readNumber(text: string): number | null {
  const plain = text.normalize('NFKC').trim()
  return PLAIN.test(plain) ? Number(plain.replaceAll(',', '')) : null
}
