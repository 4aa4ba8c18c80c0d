/** Changing one's password as a person does it. */
import { cleanup, fireEvent, render, screen } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { ApiProblem } from '@/api/problem'
import { i18n } from '@/app/i18n'
import PasswordPage from '@/kernel/people/PasswordPage.vue'
import { useSessionStore } from '@/kernel/people/sessionStore'

const api = vi.hoisted(() => ({
  readSession: vi.fn(), logIn: vi.fn(), logInByLink: vi.fn(), logOut: vi.fn(), proveSecondFactor: vi.fn(),
  offerSecondFactor: vi.fn(), confirmSecondFactor: vi.fn(), changePassword: vi.fn(), readSecondFactor: vi.fn(), renewRecoveryCodes: vi.fn(),
}))
vi.mock('@/api/people', () => api)
const replace = vi.hoisted(() => vi.fn())
vi.mock('vue-router', () => ({ useRouter: () => ({ replace }), RouterLink: { template: '<a><slot /></a>' } }))

const standing = (has: boolean) => ({
  session: { user: { name: '王敏', username: 'wangmin' }, posts: [], permissions: [], second_factor: 'enrolled', second_factor_kinds: ['totp'], must_change_password: false, has_password: has },
  isCodeAwaited: false,
  kinds: [],
  keyKinds: [],
})

async function open(has = true): Promise<void> {
  const pinia = createPinia()
  setActivePinia(pinia)
  api.readSession.mockResolvedValue(standing(has))
  await useSessionStore().ensure()
  render(PasswordPage, { global: { plugins: [pinia, i18n] } })
}

async function change(): Promise<void> {
  await fireEvent.update(screen.getByLabelText(/^原口令/), 'Old-pass-123')
  await fireEvent.update(screen.getByLabelText(/^新口令/), 'New-pass-123')
  await fireEvent.update(screen.getByLabelText(/^再输入一次/), 'New-pass-123')
  await fireEvent.click(screen.getByRole('button', { name: '保存新口令' }))
}

beforeEach(() => vi.resetAllMocks())
afterEach(cleanup)

it('says that the other sessions have ended', async () => {
  api.changePassword.mockResolvedValue(standing(true))
  await open()
  await change()
  expect((await screen.findByRole('status')).textContent).toContain('均已退出')
  expect(api.changePassword).toHaveBeenCalledWith('Old-pass-123', 'New-pass-123')
})

it('tells beside the new password that it was used before', async () => {
  api.changePassword.mockRejectedValue(new ApiProblem(422, 'people.used_password', '新口令不能与最近 5 次的口令相同'))
  await open()
  await change()
  const told = await screen.findByRole('alert')
  expect(told.textContent).toContain('最近 5 次')
  expect(screen.getByLabelText(/^新口令/).getAttribute('aria-describedby')).toBe(told.id)
})

it('leaves for the log-in when too many wrong passwords have ended the session', async () => {
  api.changePassword.mockRejectedValue(new ApiProblem(429, 'people.locked', '口令错误次数过多，请稍后再试'))
  await open()
  await change()
  await vi.waitFor(() => expect(replace).toHaveBeenCalledWith('/login'))
  expect(useSessionStore().isSignedIn).toBe(false)
})

it('asks nothing of an account that has no password', async () => {
  await open(false)
  expect(screen.queryByRole('button', { name: '保存新口令' })).toBeNull()
})
