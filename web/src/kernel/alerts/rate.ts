/** A share in percent, to a tenth; never 100.0 % while something is missing, never 0.0 % while something is there. */
export function rateOf(part: number, whole: number): string {
  if (whole === 0) return '—'
  const tenths = Math.round((part / whole) * 1_000)
  const kept = part < whole ? Math.min(tenths, 999) : tenths
  return `${((part > 0 ? Math.max(kept, 1) : kept) / 10).toFixed(1)} %`
}
