import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { confirmAlarm, exportAlarms, listAlarms } from './alerts'
import { keepCsrfToken, onSignedOut } from './client'
import { readSession } from './people'
import { ApiProblem } from './problem'

const answer = (body: unknown, status = 200, type = 'application/json') => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })
const server = vi.fn<(request: Request) => Promise<Response>>()

beforeEach(() => {
  server.mockReset()
  vi.stubGlobal('fetch', server)
})
afterEach(() => vi.unstubAllGlobals())

const sent = () => server.mock.calls[0]?.[0] as Request

describe('the door to the server', () => {
  it('turns problem+json into a typed error', async () => {
    server.mockResolvedValue(answer({ code: 'alerts.already_confirmed', title: '已由他人确认', status: 409, confirmed_by: '马建国' }, 409, 'application/problem+json'))
    const refusal = await confirmAlarm({ id: 'A1', version: 7 }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ApiProblem)
    expect(refusal).toMatchObject({ status: 409, code: 'alerts.already_confirmed', title: '已由他人确认', extensions: { confirmed_by: '马建国' } })
  })

  it('understands a refusal that is not ours', async () => {
    server.mockResolvedValue(new Response('<html>Bad Gateway</html>', { status: 502 }))
    await expect(listAlarms({})).rejects.toMatchObject({ status: 502, code: 'http_502' })
  })

  it('says so when nobody answers', async () => {
    server.mockRejectedValue(new TypeError('failed'))
    await expect(listAlarms({})).rejects.toMatchObject({ status: 0, code: 'network' })
  })

  it('sends token and key with a change, and neither with a question', async () => {
    keepCsrfToken('secret')
    server.mockImplementation(() => Promise.resolve(answer({})))
    await confirmAlarm({ id: 'A1', version: 7 })
    expect(sent().headers.get('X-CSRFToken')).toBe('secret')
    expect(sent().headers.get('Idempotency-Key')).toMatch(/^[0-9a-f]{32}$/)
    expect(sent().headers.get('If-Match')).toBe('"7"')
    server.mockClear()
    await listAlarms({})
    expect(sent().headers.has('X-CSRFToken')).toBe(false)
  })

  it('asks for a workbook in the language of the page', async () => {
    server.mockImplementation(() => Promise.resolve(new Response('book')))
    for (const language of ['en', 'zh-CN']) {
      document.documentElement.lang = language
      server.mockClear()
      await exportAlarms({}, 'open')
      expect(sent().headers.get('Accept')).toContain('spreadsheetml')
      expect(sent().headers.get('Accept-Language')).toBe(language)
    }
  })

  it('repeats a filter for each condition', async () => {
    server.mockResolvedValue(answer({ items: [], next: null, count: 0, count_capped: false }))
    await listAlarms({ filter: ['priority.in:1,2', 'firm_state.eq:new'], sort: '-raised_at' })
    expect(new URL(sent().url).searchParams.getAll('filter')).toEqual(['priority.in:1,2', 'firm_state.eq:new'])
  })

  it('tells the app when the session has ended, but not when it only asks who we are', async () => {
    const ended = vi.fn()
    onSignedOut(ended)
    server.mockImplementation(() => Promise.resolve(answer({ code: 'base.not_signed_in', title: '请先登录' }, 401, 'application/problem+json')))
    await readSession().catch(() => undefined)
    expect(ended).not.toHaveBeenCalled()
    await listAlarms({}).catch(() => undefined)
    expect(ended).toHaveBeenCalledOnce()
  })

  it('keeps the token of an answer that says that nobody is signed in', async () => {
    server.mockResolvedValue(answer({ user: null, posts: [], permissions: [], csrf_token: 'before', server_time: Date.now() }))
    expect(await readSession()).toEqual({ session: null, isCodeAwaited: false })
    server.mockClear()
    server.mockResolvedValue(answer({}))
    await confirmAlarm({ id: 'A1', version: 7 })
    expect(sent().headers.get('X-CSRFToken')).toBe('before')
  })
})
