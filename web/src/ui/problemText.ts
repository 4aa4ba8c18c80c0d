/** The sentence a person reads when something was refused, as a whole and field by field. */
import { useI18n } from 'vue-i18n'

interface Problem {
  code: string
  title: string
  detail: string
  extensions?: Readonly<Record<string, unknown>>
}

function isProblem(error: unknown): error is Problem {
  return error instanceof Error && 'code' in error && 'title' in error
}

const FORBIDDEN = 403

/** Nobody but another post may see this: trying again does not help. */
export function isForbidden(error: unknown): boolean {
  return isProblem(error) && 'status' in error && error.status === FORBIDDEN
}

/** Which permission a refusal names, in words where we have them; empty where it names none. */
function permissionNeeded(error: unknown, { t, te }: Words): string {
  const permission = isProblem(error) ? error.extensions?.permission : undefined
  if (typeof permission !== 'string') return ''
  const key = `people.permission.${permission}`
  return t('ui.labelled', { label: t('ui.permissionNeeded'), text: te(key) ? t(key) : permission })
}

type Words = {
  t: (key: string, named?: Record<string, unknown>) => string
  te: (key: string) => boolean
  locale?: string
}

const isChinese = (text: string) => /[\u4e00-\u9fff]/.test(text)

/** A slice's own refusals are Chinese sentences with the figures in them; the base's are too short for people. */
function saysEnough({ code, title }: Problem, locale: string | undefined): boolean {
  return locale === 'zh-CN' && !code.startsWith('base.') && isChinese(title)
}

/** The server's own sentence in the page's language; its English stands beside its Chinese. */
function serverSays({ title, extensions }: Problem, locale: string | undefined): string {
  const english = extensions?.title_en
  return locale !== 'zh-CN' && typeof english === 'string' ? english : title
}

/** Our own words where we have them for this code, else the server's, else a plain "did not work". */
export function problemText(error: unknown, { t, te, locale }: Words): string {
  if (!isProblem(error)) return t('ui.problem.unknown')
  if (saysEnough(error, locale)) return error.title
  const key = `ui.problem.${error.code}`
  if (te(key)) return t(key, { ...error.extensions })
  const said = serverSays(error, locale)
  return said && error.detail ? t('ui.labelled', { label: said, text: error.detail }) : said || error.detail || t('ui.problem.unknown')
}

interface Refused {
  field: string
  kind?: string
  bound?: unknown
  error: string
}

/** What is wrong with which field: the body's validation, or the one field that a refusal names. */
export function fieldProblems(error: unknown, words: Words): Record<string, string> {
  if (!isProblem(error)) return {}
  const { field, errors } = error.extensions ?? {}
  if (typeof field === 'string') return { [field]: problemText(error, words) }
  if (!Array.isArray(errors)) return {}
  return Object.fromEntries(
    (errors as Refused[]).map((one) => {
      const key = `ui.invalid.${one.kind ?? ''}`
      return [one.field.split('.').at(-1) ?? one.field, words.te(key) ? words.t(key, { bound: one.bound }) : one.error]
    }),
  )
}

export function useProblem() {
  const { t, te, locale } = useI18n()
  const words = (): Words => ({ t: (key, named) => t(key, named ?? {}), te, locale: locale.value })
  return {
    text: (error: unknown) => problemText(error, words()),
    needed: (error: unknown) => permissionNeeded(error, words()),
    fields: (error: unknown) => fieldProblems(error, words()),
  }
}
