/** The one door to the server: generated types, CSRF token, refusals turned into `ApiProblem`. */
import createClient, { type Middleware } from 'openapi-fetch'

import { ApiProblem, networkProblem, problemOf } from './problem'
import type { paths } from './schema'

const READS = new Set(['GET', 'HEAD', 'OPTIONS'])

let csrfToken = ''
let signedOut: () => void = () => undefined

export function keepCsrfToken(token: string): void {
  csrfToken = token
}

/** Register what happens when the server no longer knows us; the app sends to the log-in page. */
export function onSignedOut(handler: () => void): void {
  signedOut = handler
}

function csrf(): string {
  return csrfToken || (/(?:^|;\s*)anlan_csrf=([^;]+)/.exec(globalThis.document?.cookie ?? '')?.[1] ?? '')
}

/** A key that makes a repeated POST the same POST; `crypto.randomUUID` needs https, this does not. */
export function idempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

const headers: Middleware = {
  onRequest({ request }) {
    // a workbook is written in the language of the page, not in that of the browser
    const language = globalThis.document?.documentElement.lang
    if (language) request.headers.set('Accept-Language', language)
    if (READS.has(request.method)) return request
    request.headers.set('X-CSRFToken', csrf())
    if (!request.headers.has('Idempotency-Key')) request.headers.set('Idempotency-Key', idempotencyKey())
    return request
  },
}

export const client = createClient<paths, 'application/json'>({
  baseUrl: globalThis.location?.origin ?? '',
  credentials: 'same-origin',
  fetch: (request) => globalThis.fetch(request),
})
client.use(headers)

/** Options of a request that asks who we are: its 401 is an answer, not the end of a session. */
export const QUIET = { anonymousAllowed: true } as const

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Await an answer and return its body, or throw the `ApiProblem` it carries. */
export async function take<T>(
  answer: Promise<Answer<T>>,
  { anonymousAllowed = false }: { anonymousAllowed?: boolean } = {},
): Promise<NonNullable<T>> {
  let settled: Answer<T>
  try {
    settled = await answer
  } catch (cause) {
    if (cause instanceof ApiProblem || (cause instanceof DOMException && cause.name === 'AbortError')) throw cause
    throw networkProblem(cause)
  }
  if (settled.response.ok) return settled.data as NonNullable<T>
  if (settled.response.status === 401 && !anonymousAllowed) signedOut()
  throw problemOf(settled.response.status, settled.error)
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** A list as a workbook: the same address, filter and order as on the screen, every row. */
export async function readSheet(path: string, query: object): Promise<Blob> {
  const ask = client.GET as unknown as (path: string, options: object) => Promise<Answer<Blob>>
  return take(ask(path, { params: { query }, headers: { Accept: XLSX }, parseAs: 'blob' }))
}

/** Options of what a page asks by itself: a panel counts anew, nobody has touched anything. */
export const UNATTENDED = { headers: { 'Anlan-Unattended': '1' } } as const

/** The header by which a change says which version it was made from. */
export const ifMatch = (version: number) => ({ 'If-Match': `"${version}"` })
