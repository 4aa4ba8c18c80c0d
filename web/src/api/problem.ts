/** A refusal of the server (RFC 9457 problem+json), or of the network, as one typed error. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'

  constructor(
    readonly status: number,
    /** Stable word to branch on and to translate: `alerts.already_confirmed`, `network`, `signed_out`. */
    readonly code: string,
    readonly title: string,
    readonly detail = '',
    readonly extensions: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${title}`)
  }
}

interface ProblemBody {
  code?: unknown
  title?: unknown
  detail?: unknown
  [extension: string]: unknown
}

/** Read a refused answer; a body that is not problem+json (a proxy's page) still gives a usable error. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const fields: ProblemBody = typeof body === 'object' && body !== null ? { ...body } : {}
  const { code, title, detail, ...extensions } = fields
  return new ApiProblem(
    status,
    typeof code === 'string' ? code : `http_${status}`,
    typeof title === 'string' ? title : `HTTP ${status}`,
    typeof detail === 'string' ? detail : '',
    extensions,
  )
}

export function networkProblem(cause: unknown): ApiProblem {
  return new ApiProblem(0, 'network', cause instanceof Error ? cause.message : String(cause))
}
