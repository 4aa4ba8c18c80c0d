/** An installation and what it holds, as a form. No Vue, no network. */
import type { HoldingBody, InstallationBody, InstallationDetail, InstallationPatch, SheetRow } from '@/api/hazchem'

export const SHAPES = ['vertical', 'horizontal', 'sphere', 'strapping'] as const
export type ShapeKey = (typeof SHAPES)[number]
/** Units in which a level may be told. */
export const LEVEL_UNITS: ReadonlySet<string> = new Set(['m', 'cm', 'mm', '%'])

export interface HoldingDraft {
  id: string
  /** Of a row that stands: its version of the chemical, kept unless the current one is asked for. */
  version_id: string
  is_current: boolean
  renew: boolean
  chemical_id: string
  chemical: string
  name: string
  name_en: string
  design_t: number | null
  permit_t: number | null
  stock_from: 'fixed' | 'tank'
  fixed_t: number | null
  shape: ShapeKey
  radius_m: number | null
  length_m: number | null
  head_m: number | null
  strapping: string
  density_kg_m3: number | null
  datastream_id: string
}

export interface InstallationDraft {
  subject_id: string
  code: string
  name: string
  name_en: string
  unit_kind: 'production' | 'storage'
  filing_number: string
  licence_number: string
  boundary_m: number | null
  /** Counted from the layer of settlements, or entered. */
  counts: boolean
  people: number | null
  holdings: HoldingDraft[]
  reason: string
}

export const freshHolding = (): HoldingDraft => ({
  id: '', version_id: '', is_current: true, renew: false, chemical_id: '', chemical: '', name: '', name_en: '', design_t: null, permit_t: null,
  stock_from: 'fixed', fixed_t: null, shape: 'vertical', radius_m: null, length_m: null, head_m: null, strapping: '', density_kg_m3: null, datastream_id: '',
})

interface TankSaid { shape?: string; radius_m?: number; length_m?: number; head_m?: number; strapping?: [number, number][] }

function holdingOf(row: SheetRow): HoldingDraft {
  const tank = (row.tank ?? {}) as TankSaid
  const shape = tank.strapping ? 'strapping' : SHAPES.find((one) => one === tank.shape) ?? 'vertical'
  return {
    id: row.id, version_id: row.chemical_version_id, is_current: row.is_current, renew: false, chemical_id: row.chemical_id, chemical: row.chemical,
    name: row.name, name_en: row.name_en, design_t: row.design_t, permit_t: row.permit_t, stock_from: row.stock_from, fixed_t: row.fixed_t,
    shape, radius_m: tank.radius_m ?? null, length_m: tank.length_m ?? null, head_m: tank.head_m ?? null,
    strapping: (tank.strapping ?? []).map((pair) => pair.join('\t')).join('\n'), density_kg_m3: row.density_kg_m3, datastream_id: row.datastream_id ?? '',
  }
}

type Columns = Pick<InstallationDetail, 'subject_id' | 'code' | 'name' | 'name_en' | 'unit_kind' | 'filing_number' | 'licence_number' | 'boundary_m'>
const BLANK: Columns & { people: number | null } = {
  subject_id: '', code: '', name: '', name_en: '', unit_kind: 'storage', filing_number: '', licence_number: '', boundary_m: 0, people: null,
}

export function draftOf(unit: InstallationDetail | null, rows: SheetRow[], counts: boolean): InstallationDraft {
  const { subject_id, code, name, name_en, unit_kind, filing_number, licence_number, boundary_m, people } = unit ?? BLANK
  const holdings = unit ? rows.map(holdingOf) : [freshHolding()]
  return { subject_id, code, name, name_en, unit_kind, filing_number, licence_number, boundary_m, counts, people, holdings, reason: '' }
}

/** The rows of a strapping table as typed or pasted: level (m) and volume (m³), none below 0; null where a line is none. */
export function strappingOf(text: string): [number, number][] | null {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean)
  const rows = lines.map((line) => line.split(/[\s,;\uFF0C\uFF1B]+/).map(Number))
  return rows.length >= 2 && rows.every((row) => row.length === 2 && row.every((one) => Number.isFinite(one) && one >= 0)) ? (rows as [number, number][]) : null
}

function tankOf(one: HoldingDraft): NonNullable<HoldingBody['tank']> {
  if (one.shape === 'strapping') return { strapping: strappingOf(one.strapping) ?? [] }
  return { shape: one.shape, radius_m: one.radius_m ?? 0, length_m: one.shape === 'sphere' ? 0 : one.length_m ?? 0, head_m: one.shape === 'horizontal' ? one.head_m ?? 0 : 0 }
}

function bodyOfHolding(one: HoldingDraft): HoldingBody {
  const keepsVersion = one.version_id !== '' && !one.renew
  const stock = one.stock_from === 'fixed'
    ? { fixed_t: one.fixed_t }
    : { tank: tankOf(one), density_kg_m3: one.density_kg_m3, datastream_id: one.datastream_id || null }
  return {
    id: one.id, name: one.name.trim(), name_en: one.name_en.trim(), design_t: one.design_t ?? 0, permit_t: one.permit_t, stock_from: one.stock_from,
    chemical_id: keepsVersion ? '' : one.chemical_id, chemical_version_id: keepsVersion ? one.version_id : '', ...stock,
  }
}

const shared = (draft: InstallationDraft) => ({
  code: draft.code.trim(), name: draft.name.trim(), name_en: draft.name_en.trim(), unit_kind: draft.unit_kind, filing_number: draft.filing_number.trim(),
  licence_number: draft.licence_number.trim(), boundary_m: draft.boundary_m ?? 0, holdings: draft.holdings.map(bodyOfHolding), reason: draft.reason.trim(),
})

export const bodyOf = (draft: InstallationDraft): InstallationBody => ({ ...shared(draft), subject_id: draft.subject_id, people: draft.counts ? null : draft.people })

/** What changes; people are sent only where they are said anew. */
export function patchOf(draft: InstallationDraft, unit: Pick<InstallationDetail, 'people'>, counted: boolean): InstallationPatch {
  if (draft.counts) return { ...shared(draft), recount: !counted }
  return { ...shared(draft), recount: false, people: counted || draft.people !== unit.people ? draft.people : null }
}

/** What is missing or wrong, by field; `holdings.<n>.<field>` of a row. The words are the page's. */
export function wrongWith(draft: InstallationDraft, isNew: boolean): Record<string, string> {
  const missing = 'ui.invalid.missing'
  const wrong: Record<string, string> = {}
  for (const key of ['code', 'name'] as const) if (!draft[key].trim()) wrong[key] = missing
  if (isNew && !draft.subject_id) wrong.subject_id = missing
  if (!isNew && !draft.reason.trim()) wrong.reason = missing
  if (!draft.counts && draft.people === null) wrong.people = missing
  draft.holdings.forEach((one, n) => Object.assign(wrong, wrongHolding(one, `holdings.${n}.`)))
  return wrong
}

function neededOf(one: HoldingDraft): (keyof HoldingDraft)[] {
  const always: (keyof HoldingDraft)[] = ['chemical_id', 'name', 'design_t']
  if (one.stock_from === 'fixed') return [...always, 'fixed_t']
  const sizes: (keyof HoldingDraft)[] = one.shape === 'strapping' ? ['strapping'] : one.shape === 'sphere' ? ['radius_m'] : ['radius_m', 'length_m']
  return [...always, 'datastream_id', ...sizes]
}

function wrongHolding(one: HoldingDraft, before: string): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const key of neededOf(one)) if (one[key] === null || one[key] === '') wrong[before + key] = 'ui.invalid.missing'
  if (one.design_t !== null && one.design_t <= 0) wrong[`${before}design_t`] = 'hazchem.wrong.positive'
  if (one.stock_from === 'tank' && one.shape === 'strapping' && one.strapping.trim() && !strappingOf(one.strapping)) wrong[`${before}strapping`] = 'hazchem.wrong.strapping'
  return wrong
}
