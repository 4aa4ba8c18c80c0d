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

const BLANK = {
  code: '', name: '', name_en: '', cas: '', aliases: [] as string[], catalogue_number: '', classes: [] as string[], form: null, critical_override_t: null,
  critical_reason: '', beta_override: null, beta_reason: '', sources: {} as Partial<Record<Figure, string>>, ...each(() => null as number | null),
}

export function draftOf(chemical: Chemical | null): ChemicalDraft {
  const one = chemical ?? BLANK
  const { code, name, name_en, cas, catalogue_number, form, critical_override_t, critical_reason, beta_override, beta_reason } = one
  return {
    code, name, name_en, cas, catalogue_number, form, critical_override_t, critical_reason, beta_override, beta_reason,
    aliases: one.aliases.join('; '), classes: [...one.classes],
    figures: each((figure) => asSaid(figure, one[figure])), sources: each((figure) => one.sources[figure] ?? ''), reason: '',
  }
}

export function bodyOf(draft: ChemicalDraft): ChemicalBody {
  const { catalogue_number, classes, form, critical_override_t, critical_reason, beta_override, beta_reason, figures, sources } = draft
  const told = FIGURES.filter((one) => figures[one] !== null && sources[one].trim() !== '')
  return {
    catalogue_number, classes, form, critical_override_t, critical_reason, beta_override, beta_reason,
    name: draft.name.trim(), name_en: draft.name_en.trim(), cas: draft.cas.trim(), reason: draft.reason.trim(),
    aliases: draft.aliases.split(/[;\uFF1B]/).map((one) => one.trim()).filter(Boolean),
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

const isBlank = (text: string) => text.trim() === ''

/** What is missing or wrong, by field; the words are the page's. */
export function wrongWith(draft: ChemicalDraft, isNew: boolean): Record<string, string> {
  const missing = 'ui.invalid.missing'
  const { flammable_low: low, flammable_high: high } = draft.figures
  const rules: [key: string, isWrong: boolean, word: string][] = [
    ['code', isNew && isBlank(draft.code), missing],
    ['name', isBlank(draft.name), missing],
    ['reason', isBlank(draft.reason), missing],
    ['cas', !isBlank(draft.cas) && !isCas(draft.cas.trim()), 'hazchem.wrong.cas'],
    ['critical_reason', draft.critical_override_t !== null && isBlank(draft.critical_reason), missing],
    ['beta_reason', draft.beta_override !== null && isBlank(draft.beta_reason), missing],
    ['flammable_high', low !== null && high !== null && low >= high, 'hazchem.wrong.crossed'],
  ]
  return Object.fromEntries(rules.filter(([, isWrong]) => isWrong).map(([key, , word]) => [key, word]))
}
