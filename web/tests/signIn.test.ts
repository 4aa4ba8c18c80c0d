/** Signing in as a person does it: password, code, and setting the second factor up. */
import { cleanup, fireEvent, render, screen } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { ApiProblem } from '@/api/problem'
import { i18n } from '@/app/i18n'
import LoginPage from '@/kernel/people/LoginPage.vue'

const api = vi.hoisted(() => ({
  readSession: vi.fn(), logIn: vi.fn(), logInByLink: vi.fn(), logOut: vi.fn(),
  proveSecondFactor: vi.fn(), offerSecondFactor: vi.fn(), confirmSecondFactor: vi.fn(),
}))
vi.mock('@/api/people', () => api)
const replace = vi.hoisted(() => vi.fn())
vi.mock('vue-router', () => ({ useRoute: () => ({ path: '/login', query: { next: '/monitor' } }), useRouter: () => ({ replace }) }))

const standing = (factor: string | null, isCodeAwaited = false) => ({
  session: factor && { user: { name: '王敏', username: 'wangmin' }, posts: [], permissions: [], second_factor: factor, second_factor_kinds: [] },
  isCodeAwaited,
  kinds: ['totp'],
  keyKinds: [],
})

async function signIn(): Promise<void> {
  const pinia = createPinia()
  setActivePinia(pinia)
  render(LoginPage, { global: { plugins: [pinia, i18n] } })
  await fireEvent.update(screen.getByLabelText('用户名'), 'wangmin')
  await fireEvent.update(screen.getByLabelText('口令'), 'Right-pass-1')
  await fireEvent.click(screen.getByRole('button', { name: '登录' }))
}

async function answer(label: string, text: string, button: string): Promise<void> {
  await fireEvent.update(await screen.findByLabelText(label), text)
  await fireEvent.click(screen.getByRole('button', { name: button }))
}

beforeEach(() => {
  vi.resetAllMocks()
  api.readSession.mockResolvedValue(standing(null))
})
afterEach(cleanup)

it('asks who has a second factor for the code, and only then lets in', async () => {
  api.logIn.mockResolvedValue(standing(null, true))
  api.proveSecondFactor.mockRejectedValueOnce(new ApiProblem(422, 'people.wrong_code', '验证码不正确'))
  api.proveSecondFactor.mockResolvedValue(standing('enrolled'))
  await signIn()
  await answer('验证码或恢复码', '111111', '验证并登录')
  expect((await screen.findByRole('alert')).textContent).toContain('验证码不正确')
  expect(replace).not.toHaveBeenCalled()
  await answer('验证码或恢复码', '123 456', '验证并登录')
  await vi.waitFor(() => expect(replace).toHaveBeenCalledWith('/monitor'))
  expect(api.proveSecondFactor).toHaveBeenLastCalledWith('123456')
})

it('goes back to name and password and says so when the account is locked', async () => {
  api.logIn.mockResolvedValue(standing(null, true))
  api.proveSecondFactor.mockRejectedValue(new ApiProblem(429, 'people.locked', '口令错误次数过多，请稍后再试'))
  await signIn()
  await answer('验证码或恢复码', '111111', '验证并登录')
  expect(await screen.findByLabelText('用户名')).toBeTruthy()
  expect((await screen.findByRole('alert')).textContent).toContain('次数过多')
})

it('lets nobody on before the second factor is confirmed and the recovery codes are kept', async () => {
  api.logIn.mockResolvedValue(standing('must_enrol'))
  api.offerSecondFactor.mockResolvedValue({ secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/x' })
  api.confirmSecondFactor.mockResolvedValue(['k3f9-x72m-pq4w'])
  await signIn()
  await answer('再次输入口令', 'Right-pass-1', '获取密钥')
  expect(await screen.findByText('JBSW Y3DP EHPK 3PXP')).toBeTruthy()
  await answer('验证码', '123456', '确认启用')
  expect(await screen.findByText('k3f9-x72m-pq4w')).toBeTruthy()
  const go = screen.getByRole<HTMLButtonElement>('button', { name: '进入系统' })
  expect(go.disabled).toBe(true)
  expect(replace).not.toHaveBeenCalled()
  api.readSession.mockResolvedValue(standing('enrolled'))
  await fireEvent.click(screen.getByLabelText('我已保存恢复码'))
  await fireEvent.click(go)
  await vi.waitFor(() => expect(replace).toHaveBeenCalledWith('/monitor'))
})
