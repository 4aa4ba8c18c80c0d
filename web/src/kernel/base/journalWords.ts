/** A journal row as people read it: what happened, to what, which values it left. No Vue, no network. */
import type { JournalRow } from '@/api/types'

/** The slices whose events the journal holds, in the order in which they are asked for. */
export const SLICES = ['alerts', 'sensing', 'subjects', 'people', 'messaging', 'documents', 'places', 'base'] as const

type Data = Readonly<Record<string, unknown>>

function dataOf(row: Pick<JournalRow, 'data'>): Data {
  return typeof row.data === 'object' && row.data !== null && !Array.isArray(row.data) ? (row.data as Data) : {}
}

const NAMES = ['subject_name', 'datastream_name', 'name', 'title', 'username', 'user_name', 'file_name', 'tag'] as const

/** What it happened to, by its names; empty where the row tells none. */
export function objectName(row: Pick<JournalRow, 'data'>): string {
  const data = dataOf(row)
  const named = NAMES.flatMap((key) => (typeof data[key] === 'string' && data[key] ? [data[key]] : []))
  return [...new Set(named)].slice(0, 2).join(' · ')
}

/** The state that the event carries, field by field, nested values as JSON. */
export function fieldsOf(row: Pick<JournalRow, 'data'>): { label: string; value: string }[] {
  return Object.entries(dataOf(row)).map(([label, value]) => ({
    label,
    value: value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value),
  }))
}

/** The end of an identifier: enough to tell two rows apart, short enough to be read out. */
export const shortId = (id: string) => (id.length > 10 ? `…${id.slice(-6)}` : id)
