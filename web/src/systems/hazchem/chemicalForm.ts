/** A chemical as a form: degC and per cent for people, K and shares for the server. No Vue, no network. */
import type { Chemical, ChemicalBody, HazardStandard } from '@/api/hazchem'

const ICE_K = 273.15
/** Figures that have a source beside them, in the order of the form. */
export const FIGURES = ['flash_point_k', 'flammable_low', 'flammable_high', 'density_kg_m3', 'aegl_1_ppm', 'aegl_2_ppm', 'aegl_3_ppm', 'idlh_ppm'] as const
export type Figure = (typeof FIGURES)[number]

export interface ChemicalDraft {
  code: string
  name: string
  name_en: string
  cas: string
  aliases: string
  catalogue_number: string
  classes: string[]
  form: number | null
  critical_override_t: number | null
  critical_reason: string
  beta_override: number | null
  beta_reason: string
  /** As people say them: degC, per cent, kg/m3, ppm. */
  figures: Record<Figure, number | null>
  sources: Record<Figure, string>
  reason: string
}

const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

export const celsius = (kelvin: number | null) => (kelvin === null ? null : rounded(kelvin - ICE_K, 2))
export const percent = (share: number | null) => (share === null ? null : rounded(share * 100, 4))

/** What people say of a figure, from what is kept. */
export function asSaid(figure: Figure, kept: number | null): number | null {
  if (figure === 'flash_point_k') return celsius(kept)
  return figure === 'flammable_low' || figure === 'flammable_high' ? percent(kept) : kept
}

/** What is kept of a figure, from what people say. */
export function asKept(figure: Figure, said: number | null): number | null {
  if (said === null) return null
  if (figure === 'flash_point_k') return rounded(said + ICE_K, 2)
  return figure === 'flammable_low' || figure === 'flammable_high' ? rounded(said / 100, 6) : said
}

const each = <T>(make: (figure: Figure) => T) => Object.fromEntries(FIGURES.map((one) => [one, make(one)])) as Record<Figure, T>

export function draftOf(chemical: Chemical | null): ChemicalDraft {
  return {
    code: chemical?.code ?? '', name: chemical?.name ?? '', name_en: chemical?.name_en ?? '', cas: chemical?.cas ?? '',
    aliases: (chemical?.aliases ?? []).join('；'), catalogue_number: chemical?.catalogue_number ?? '', classes: [...(chemical?.classes ?? [])],
    form: chemical?.form ?? null, critical_override_t: chemical?.critical_override_t ?? null, critical_reason: chemical?.critical_reason ?? '',
    beta_override: chemical?.beta_override ?? null, beta_reason: chemical?.beta_reason ?? '',
    figures: each((one) => asSaid(one, chemical?.[one] ?? null)), sources: each((one) => chemical?.sources[one] ?? ''), reason: '',
  }
}

export function bodyOf(draft: ChemicalDraft): ChemicalBody {
  const { code: _code, aliases, figures, sources, ...rest } = draft
  const told = FIGURES.filter((one) => figures[one] !== null && sources[one].trim() !== '')
  return {
    ...rest, name: draft.name.trim(), name_en: draft.name_en.trim(), cas: draft.cas.trim(), reason: draft.reason.trim(),
    aliases: aliases.split(/[;；]/).map((one) => one.trim()).filter(Boolean),
    ...each((one) => asKept(one, figures[one])), sources: Object.fromEntries(told.map((one) => [one, sources[one].trim()])),
  }
}

/** Whether a text is a CAS number: its last digit is the sum of the others, each times its place, modulo 10. */
export function isCas(text: string): boolean {
  if (!/^[1-9]\d{1,6}-\d{2}-\d$/.test(text)) return false
  const digits = [...text].filter((one) => one !== '-').map(Number)
  const check = digits.pop()
  return digits.reverse().reduce((total, one, place) => total + one * (place + 1), 0) % 10 === check
}

/** The rows of table 1 that a CAS number has; with more than one the form must be said. */
export function formsOf(cas: string, standard: HazardStandard | null): HazardStandard['named'] {
  return cas ? (standard?.named ?? []).filter((one) => one.cas.includes(cas)) : []
}

/** What is missing or wrong, by field; the words are the page's. */
export function wrongWith(draft: ChemicalDraft, isNew: boolean): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const key of ['name', 'reason', ...(isNew ? ['code' as const] : [])] as const) if (!draft[key].trim()) wrong[key] = 'ui.invalid.missing'
  if (draft.cas.trim() && !isCas(draft.cas.trim())) wrong.cas = 'hazchem.wrong.cas'
  if (draft.critical_override_t !== null && !draft.critical_reason.trim()) wrong.critical_reason = 'ui.invalid.missing'
  if (draft.beta_override !== null && !draft.beta_reason.trim()) wrong.beta_reason = 'ui.invalid.missing'
  const { flammable_low: low, flammable_high: high } = draft.figures
  if (low !== null && high !== null && low >= high) wrong.flammable_high = 'hazchem.wrong.crossed'
  return wrong
}
