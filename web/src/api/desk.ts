/** The works of the monitoring desk: figures of a period and the rows behind them. */
import { client, idempotencyKey, ifMatch, readSheet, take } from './client'
import type { components } from './schema'
import type { ListQuery, Page } from './types'

type Shapes = components['schemas']
export type DeskFigures = Shapes['DeskFiguresOut']
export type DeskCounts = Shapes['DeskCounts']
export type FirmCounts = Shapes['DeskFirmCounts']
export type CountedAlarm = Shapes['CountedAlarmOut']
export type Silence = Shapes['SilenceOut']
export type PeriodKind = DeskFigures['kind']
export type BulletinRow = Shapes['BulletinRow']
export type Bulletin = Shapes['BulletinOut']
export type BulletinAct = Bulletin['may'][number]
export type Differences = Shapes['BulletinDifferencesOut']
export type PaperFormat = 'docx' | 'pdf' | 'xlsx'
export type RoundToday = Shapes['TodayOut']
export type DueFirm = Shapes['DueFirm']
export type Round = Shapes['RoundOut']
export type RoundCheck = Shapes['RoundCheckIn']
export type RoundPlan = Shapes['RoundPlanOut']
export type RoundPlanBody = Shapes['RoundPlanIn']
type Seen = { id: string; version: number }
/** A period as rows are counted in it, and the moment as of which. */
export type Span = Pick<DeskFigures, 'start' | 'end' | 'as_of'>

export function readFigures(kind: PeriodKind, day: string, signal?: AbortSignal): Promise<DeskFigures> {
  return take(client.GET('/api/v1/desk/figures', { params: { query: { kind, day } }, ...(signal ? { signal } : {}) }))
}

export function listCountedAlarms(query: ListQuery & Span): Promise<Page<CountedAlarm>> {
  return take(client.GET('/api/v1/desk/alarms', { params: { query } }))
}

export const exportCountedAlarms = (query: ListQuery & Span): Promise<Blob> => readSheet('/api/v1/desk/alarms', query)

export function listSilences(query: ListQuery & Span): Promise<Page<Silence>> {
  return take(client.GET('/api/v1/desk/silences', { params: { query } }))
}

export const exportSilences = (query: ListQuery & Span): Promise<Blob> => readSheet('/api/v1/desk/silences', query)

export function listBulletins(query: ListQuery): Promise<Page<BulletinRow>> {
  return take(client.GET('/api/v1/desk/bulletins', { params: { query } }))
}

export const exportBulletins = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/desk/bulletins', query)

export function readBulletin(id: string): Promise<Bulletin> {
  return take(client.GET('/api/v1/desk/bulletins/{bulletin_id}', { params: { path: { bulletin_id: id } } }))
}

export function readDifferences(id: string): Promise<Differences> {
  return take(client.GET('/api/v1/desk/bulletins/{bulletin_id}/differences', { params: { path: { bulletin_id: id } } }))
}

export function draftBulletin(kind: PeriodKind, day: string): Promise<Bulletin> {
  return take(client.POST('/api/v1/desk/bulletins', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body: { kind, day } }))
}

const seen = ({ id, version }: Seen) => ({ path: { bulletin_id: id }, header: ifMatch(version) })

export function editBulletin(row: Seen, body: Shapes['BulletinWords']): Promise<Bulletin> {
  return take(client.PATCH('/api/v1/desk/bulletins/{bulletin_id}', { params: seen(row), body }))
}

export function recountBulletin(row: Seen): Promise<Bulletin> {
  return take(client.POST('/api/v1/desk/bulletins/{bulletin_id}/recount', { params: seen(row) }))
}

export function approveBulletin(row: Seen): Promise<Bulletin> {
  return take(client.POST('/api/v1/desk/bulletins/{bulletin_id}/approve', { params: seen(row) }))
}

export function issueBulletin(row: Seen): Promise<Bulletin> {
  return take(client.POST('/api/v1/desk/bulletins/{bulletin_id}/issue', { params: seen(row) }))
}

export function returnBulletin(row: Seen, reason: string): Promise<Bulletin> {
  return take(client.POST('/api/v1/desk/bulletins/{bulletin_id}/return', { params: seen(row), body: { reason } }))
}

export function withdrawBulletin(row: Seen, reason: string): Promise<Bulletin> {
  return take(client.POST('/api/v1/desk/bulletins/{bulletin_id}/withdraw', { params: seen(row), body: { reason } }))
}

export function readPaper(id: string, format: PaperFormat): Promise<Blob> {
  return take(client.GET('/api/v1/desk/bulletins/{bulletin_id}/paper', { params: { path: { bulletin_id: id }, query: { format } }, parseAs: 'blob' })) as Promise<unknown> as Promise<Blob>
}

export function readRoundsToday(): Promise<RoundToday> {
  return take(client.GET('/api/v1/desk/rounds/today'))
}

export function listRounds(query: ListQuery): Promise<Page<Round>> {
  return take(client.GET('/api/v1/desk/rounds', { params: { query } }))
}

export const exportRounds = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/desk/rounds', query)

export function readRound(id: string): Promise<Round> {
  return take(client.GET('/api/v1/desk/rounds/{round_id}', { params: { path: { round_id: id } } }))
}

export function beginRound(plan_id: string, site_id: string): Promise<Round> {
  return take(client.POST('/api/v1/desk/rounds', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body: { plan_id, site_id } }))
}

export function finishRound({ id, version }: Seen, body: Shapes['RoundDone']): Promise<Round> {
  return take(client.POST('/api/v1/desk/rounds/{round_id}/finish', { params: { path: { round_id: id }, header: ifMatch(version) }, body }))
}

export function listPlans(query: ListQuery): Promise<Page<RoundPlan>> {
  return take(client.GET('/api/v1/desk/plans', { params: { query } }))
}

export const exportPlans = (query: ListQuery): Promise<Blob> => readSheet('/api/v1/desk/plans', query)

export function makePlan(body: RoundPlanBody): Promise<unknown> {
  return take(client.POST('/api/v1/desk/plans', { params: { header: { 'Idempotency-Key': idempotencyKey() } }, body }))
}

export function endPlan({ id, version }: Seen, reason: string): Promise<unknown> {
  return take(client.POST('/api/v1/desk/plans/{plan_id}/end', { params: { path: { plan_id: id }, header: ifMatch(version) }, body: { reason } }))
}
