/** How far a bulletin has come, as a tone. No Vue, no network. */
import type { BulletinRow } from '@/api/desk'
import type { Tone } from '@/ui/tone'

export const STATES: readonly BulletinRow['state'][] = ['draft', 'approved', 'issued', 'withdrawn']
export const TONES: Readonly<Record<BulletinRow['state'], Tone>> = { draft: 'attention', approved: 'going', issued: 'done', withdrawn: 'none' }

/** A heading of the first order stands out: 一、二、… */
export const isHeading = (line: string): boolean => /^[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]+\u3001/.test(line)

/** A count of seconds is read in hours; any other as it stands. */
export const countText = (count: string, value: number): string =>
  count.endsWith('_s') ? `${(value / 3600).toLocaleString('en', { maximumFractionDigits: 2 })} h` : value.toLocaleString('en')
