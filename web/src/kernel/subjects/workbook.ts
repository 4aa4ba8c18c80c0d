/** What the report on a workbook comes to. */
import type { RegisterReport } from '@/api/register'

/** Bad rows that a page shows; mending these shows the next. */
export const MOST_SHOWN = 200

/** `kept`: written; `refused`: rows are wrong; `checked`: right, and not written yet. */
export function verdictOf(report: RegisterReport): 'kept' | 'refused' | 'checked' {
  if (report.errors.length > 0) return 'refused'
  return report.is_kept ? 'kept' : 'checked'
}

/** How many rows would change what stands. */
export function movesOf(report: RegisterReport): number {
  return report.counts.reduce((sum, one) => sum + one.new + one.changed, 0)
}
