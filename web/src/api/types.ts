/** The nouns of the API, read off the generated paths, so that a change there fails the type check here. */
import type { components, paths } from './schema'

type Body<T> = T extends { responses: { 200: { content: { 'application/json': infer R } } } } ? R : never
type Get<P extends keyof paths> = Body<paths[P]['get']>
type Item<P extends keyof paths> = Get<P> extends { items: (infer R)[] } ? R : never

type Sent<T> = T extends { requestBody: { content: { 'application/json': infer B } } } ? B : never

type AnySession = Get<'/api/v1/session'>
/** A session of somebody; before the log-in the server answers one without a user. */
export type Session = AnySession & { user: NonNullable<AnySession['user']> }
export type Region = Get<'/api/v1/places/region'>
export type Subject = Item<'/api/v1/subjects'>
export type SubjectKind = Item<'/api/v1/subjects/kinds'>
export type SubjectDetail = Get<'/api/v1/subjects/{subject_id}'>
export type SubjectDatastreams = Get<'/api/v1/sensing/subjects/{subject_id}/datastreams'>
export type Datastream = SubjectDatastreams['items'][number]
export type DatastreamLimit = Datastream['limits'][number]
export type Limit = Item<'/api/v1/sensing/limits'>
export type Suppression = Item<'/api/v1/sensing/suppressions'>
export type LimitChange = Sent<paths['/api/v1/sensing/limits/{limit_id}']['put']>
export type LimitFiling = Sent<paths['/api/v1/sensing/limits']['post']>
export type SuppressionFiling = Sent<paths['/api/v1/sensing/suppressions']['post']>
export type OutageFiling = Sent<paths['/api/v1/sensing/outages']['post']>
export type Observations = Get<'/api/v1/sensing/datastreams/{datastream_id}/observations'>
export type Gateway = Item<'/api/v1/sensing/gateways'>
export type GatewayDetail = Get<'/api/v1/sensing/gateways/{gateway_id}'>
export type DatastreamRow = Item<'/api/v1/sensing/datastreams'>
export type Device = Item<'/api/v1/sensing/devices'>
export type Property = Item<'/api/v1/sensing/properties'>
export type Quarantined = Item<'/api/v1/sensing/quarantine'>
export type QuarantinedDetail = Get<'/api/v1/sensing/quarantine/{message_id}'>
export type Resending = Sent<paths['/api/v1/sensing/quarantine/{message_id}/resend']['post']>
export type Adoption = Sent<paths['/api/v1/sensing/quarantine/{message_id}/adopt']['post']>
export type DeadLetter = Item<'/api/v1/operations/dead-letters'>
type AnyAlarm = Item<'/api/v1/alerts/alarms'>
type Asked = 'may' | 'firm_due_at' | 'bureau_due_at'
/** The live stream tells everybody the same of an alarm: what this person `may` do and until when stands only in answers to him. */
export type Alarm = Omit<AnyAlarm, Asked> & Partial<Pick<AnyAlarm, Asked>>
export type AlarmRight = AnyAlarm['may'][number]
export type AlarmChoices = Get<'/api/v1/alerts/choices'>
export type AlarmDay = Get<'/api/v1/alerts/day'>
export type SeriousFirms = Get<'/api/v1/alerts/firms'>
export type LateAlarms = Get<'/api/v1/alerts/late'>
export type Reporting = Get<'/api/v1/alerts/reporting'>
export type Remark = Item<'/api/v1/alerts/remarks'>
export type AlarmStates = Get<'/api/v1/alerts/states'>
export type Message = Item<'/api/v1/messaging/messages'>
export type Health = Get<'/api/v1/health'>
/** One row of the journal, as the audit administrator reads it. */
export type JournalRow = Item<'/api/v1/audit/journal'>
/** One link of the sealed chain. */
export type Seal = Item<'/api/v1/audit/seals'>
/** What came of computing a stretch of the chain again. */
export type Verified = Body<paths['/api/v1/audit/verify']['post']>
export type DutyShift = Item<'/api/v1/people/duty'>
/** A page as somebody likes to look at it: `question` is the query of its address. */
export type SavedView = Item<'/api/v1/people/views'>
export type CastMember = Item<'/api/v1/demo/cast'>

/** One contribution of a slice to menu, map, dossier or wall (kernel/base/registry.py). */
export interface RegistryEntry {
  key: string
  title_zh: string
  title_en: string
  component: string | null
  path: string | null
  icon: string | null
  order: number
}

type Schemas = components['schemas']
/** A layer of the map with its legend (kernel/base/registry.py: MapLayer). */
export type MapLayerEntry = Schemas['MapLayerEntry']
export type LegendSign = Schemas['LegendSignOut']

/** A panel of the wall, and where it stands. */
export interface PanelEntry extends RegistryEntry {
  area: 'side' | 'foot'
}

/** What each key of the registry holds. */
export interface Registry {
  menu: RegistryEntry[]
  map_layers: MapLayerEntry[]
  dossier_sections: RegistryEntry[]
  panels: PanelEntry[]
  round_checks: RegistryEntry[]
}
export type RegistryKey = keyof Registry

/** What every list takes: `field.op:value` filters, a sort key, a cursor. */
export interface ListQuery {
  filter?: string[]
  sort?: string
  after?: string
  limit?: number
  /** Of a workbook: its columns in their order, with commas. */
  columns?: string
}

export interface Page<T> {
  items: T[]
  next: string | null
  count: number
  count_capped: boolean
}
