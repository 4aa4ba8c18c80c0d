/** The sentence a person reads when something was refused. */
interface Problem {
  code: string
  title: string
  detail: string
}

function isProblem(error: unknown): error is Problem {
  return error instanceof Error && 'code' in error && 'title' in error
}

type Words = { t: (key: string) => string; te: (key: string) => boolean }

/** Our own words where we have them for this code, else the server's, else a plain "did not work". */
export function problemText(error: unknown, { t, te }: Words): string {
  if (!isProblem(error)) return t('ui.problem.unknown')
  const key = `ui.problem.${error.code}`
  if (te(key)) return t(key)
  return [error.title, error.detail].filter(Boolean).join('：') || t('ui.problem.unknown')
}
