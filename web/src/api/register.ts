/** The register as a workbook: the empty one, what stands, and one that is entered. */
import { client, readSheet, take } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type RegisterReport = Schemas['ReportOut']
export type SheetCount = RegisterReport['counts'][number]
export type GatewayCredentials = RegisterReport['credentials'][number]
/** `firms`: firms and all that is theirs; `supervisions`: who supervises which site; `places`: divisions and
 * zones; `bureaus`: bureaus, posts, who holds them; `accounts`: people. */
export type Book = 'firms' | 'supervisions' | 'places' | 'bureaus' | 'accounts'
/** Of the coordinates in a workbook: CGCS2000/WGS-84, or those of web maps. */
export type Datum = 'wgs84' | 'gcj02' | 'bd09'
export const DATUMS: readonly Datum[] = ['wgs84', 'gcj02', 'bd09']

export const readTemplate = (book: Book): Promise<Blob> => readSheet(`/api/v1/register/${book}/template`, {})

export const exportBook = (book: Book): Promise<Blob> => readSheet(`/api/v1/register/${book}`, {})

/** Check a workbook, or enter it: all rows or none. */
export function enterWorkbook(book: Book, file: File, { dryRun, datum }: { dryRun: boolean; datum: Datum }): Promise<RegisterReport> {
  const body = { file: '', dry_run: dryRun, only: [], datum }
  const bodySerializer = (): FormData => {
    const form = new FormData()
    form.append('file', file)
    form.append('dry_run', String(dryRun))
    form.append('datum', datum)
    return form
  }
  return take(client.POST(`/api/v1/register/${book}`, { body, bodySerializer }))
}
