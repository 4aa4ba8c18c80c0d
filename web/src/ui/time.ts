/** Times as people here read them: Asia/Shanghai, whatever the desk's own setting. */
const ZONE = 'Asia/Shanghai'

const formats = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options)
  const kept = formats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone: ZONE, hourCycle: 'h23', ...options })
  formats.set(key, kept)
  return kept
}

const relatives = new Map<string, Intl.RelativeTimeFormat>()

function relativeFormat(locale: string, numeric: 'auto' | 'always'): Intl.RelativeTimeFormat {
  const key = locale + numeric
  const kept = relatives.get(key) ?? new Intl.RelativeTimeFormat(locale, { numeric, style: 'short' })
  relatives.set(key, kept)
  return kept
}

/** Milliseconds of an RFC 3339 text or of ms; null for nothing. */
export function toMs(at: string | number | null | undefined): number | null {
  if (at === null || at === undefined || at === '') return null
  const ms = typeof at === 'number' ? at : Date.parse(at)
  return Number.isFinite(ms) ? ms : null
}

/** 2026年8月1日 10:00:05 */
export function absoluteTime(ms: number, locale: string): string {
  return format(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(ms)
}

/** 8月1日 10:00, read across a hall. */
export function hallTime(ms: number, locale: string): string {
  return format(locale, { month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(ms)
}

/** 08-01 10:00, for tables and axes. */
export function shortTime(ms: number, locale = 'zh-CN'): string {
  return format(locale, { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
    .format(ms)
    .replace('/', '-')
}

/** 2026-08-01 10:00, the same in both languages, as lists and sheets are read. */
export function tableTime(ms: number): string {
  return watermarkTime(ms)
}

export function clockTime(ms: number): string {
  return format('zh-CN', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms)
}

export function minuteTime(ms: number): string {
  return format('zh-CN', { hour: '2-digit', minute: '2-digit' }).format(ms)
}

export function dayText(ms: number, locale: string): string {
  return format(locale, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' }).format(ms)
}

/** To the minute, as a watermark prints it. */
export function watermarkTime(ms: number): string {
  return format('zh-CN', { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
    .format(ms)
    .replaceAll('/', '-')
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
]

/** "5分钟前", "in 2 hours", "现在"; whole units, never rounded up: 119 s is one minute. */
export function relativeTime(ms: number, now: number, locale: string): string {
  const distance = ms - now
  const [unit, size] = STEPS.find(([, step]) => Math.abs(distance) >= step) ?? ['second', 1_000]
  const amount = Math.trunc(distance / size)
  return relativeFormat(locale, amount === 0 ? 'auto' : 'always').format(amount, unit)
}

/** RFC 3339 to what `<input type="datetime-local">` holds, in Beijing time: 2026-08-01T10:00. */
export function toShanghai(at: string): string {
  const ms = toMs(at)
  if (ms === null) return ''
  const part = Object.fromEntries(
    format('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  )
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`
}

/** What such a field holds, back to RFC 3339. China keeps +08:00 all year. */
export function fromShanghai(text: string): string {
  const ms = Date.parse(`${text}+08:00`)
  return Number.isFinite(ms) ? new Date(ms).toISOString() : ''
}

/** "12分钟", "3 hr": a span in its largest whole unit, never rounded up; under a second it is none. */
export function spanText(ms: number, locale: string): string {
  const [unit, size] = STEPS.find(([, step]) => ms >= step) ?? (['second', 1_000] as const)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(Math.trunc(ms / size))
}
