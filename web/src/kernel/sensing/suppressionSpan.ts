/** How long a suppression or a time out of service is, what is wrong with that, and how it is said. No Vue, no network. */
export const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const DAY_MS = 24 * HOUR_MS
/** The server takes no earlier begin than this before now: a form lies open for a while. */
const EARLIEST_BEGIN_MINUTES = 15

/** RFC 3339, or empty. */
export interface Span {
  starts_at: string
  ends_at: string
}

export interface Wrong {
  key: string
  with?: Record<string, number>
}

export const lengthMs = ({ starts_at, ends_at }: Span) => Date.parse(ends_at) - Date.parse(starts_at)
/** Longer than a shift's handover can remember: said aloud before it is filed. */
export const isLong = (span: Span) => lengthMs(span) > DAY_MS

/** What is wrong with either end, by its field. */
export function wrongSpan(span: Span, longestDays: number, nowMs: number): Partial<Record<keyof Span, Wrong>> {
  const wrongEnd = endError(span, longestDays, nowMs)
  const wrongBegin = beginError(span.starts_at, nowMs)
  return { ...(wrongBegin ? { starts_at: wrongBegin } : {}), ...(wrongEnd ? { ends_at: wrongEnd } : {}) }
}

function beginError(begin: string, nowMs: number): Wrong | null {
  if (!begin) return { key: 'sensing.wrong.moment' }
  const isPast = Date.parse(begin) < nowMs - EARLIEST_BEGIN_MINUTES * MINUTE_MS
  return isPast ? { key: 'sensing.wrong.past' } : null
}

function endError(span: Span, longestDays: number, nowMs: number): Wrong | null {
  if (!span.ends_at) return { key: 'sensing.wrong.moment' }
  if (Date.parse(span.ends_at) <= Math.max(Date.parse(span.starts_at) || 0, nowMs)) return { key: 'sensing.wrong.span' }
  return lengthMs(span) > longestDays * DAY_MS ? { key: 'sensing.wrong.longest', with: { days: longestDays } } : null
}

/** "2天 3小时", "2 days 3 hours"; to the minute, as the fields are. */
export function spanInWords(ms: number, locale: string): string {
  const minutes = Math.round(ms / MINUTE_MS)
  const parts: [string, number][] = [
    ['day', Math.floor(minutes / 1440)],
    ['hour', Math.floor((minutes % 1440) / 60)],
    ['minute', minutes % 60],
  ]
  const said = parts.filter(([, count]) => count > 0)
  return (said.length > 0 ? said : parts.slice(2))
    .map(([unit, count]) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count))
    .join(' ')
}
