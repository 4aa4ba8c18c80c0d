/** Looking after one's second factor as a person does it: new recovery codes, another phone. */
import { cleanup, fireEvent, render, screen } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { ApiProblem } from '@/api/problem'
import { i18n } from '@/app/i18n'
import SecondFactorPage from '@/kernel/people/SecondFactorPage.vue'
import { useSessionStore } from '@/kernel/people/sessionStore'

const api = vi.hoisted(() => ({
  readSession: vi.fn(), logIn: vi.fn(), logInByLink: vi.fn(), logOut: vi.fn(), proveSecondFactor: vi.fn(),
  offerSecondFactor: vi.fn(), confirmSecondFactor: vi.fn(), changePassword: vi.fn(), readSecondFactor: vi.fn(), renewRecoveryCodes: vi.fn(),
}))
vi.mock('@/api/people', () => api)
const replace = vi.hoisted(() => vi.fn())
vi.mock('vue-router', () => ({ useRouter: () => ({ replace }), RouterLink: { template: '<a><slot /></a>' } }))

const standing = { session: { user: { name: '王敏', username: 'wangmin' }, posts: [], permissions: [], second_factor: 'enrolled', second_factor_kinds: ['totp'], must_change_password: false, has_password: true }, isCodeAwaited: false, kinds: [], keyKinds: [] }
const factor = (given: object = {}) => ({ is_enrolled: true, is_required: true, confirmed_at: '2026-08-01T02:00:00Z', recovery_left: 2, keys: [], ...given })

async function open(given: object = {}): Promise<void> {
  const pinia = createPinia()
  setActivePinia(pinia)
  api.readSession.mockResolvedValue(standing)
  api.readSecondFactor.mockResolvedValue(factor(given))
  await useSessionStore().ensure()
  render(SecondFactorPage, { global: { plugins: [pinia, i18n] } })
}

async function askForCodes(code: string): Promise<void> {
  await fireEvent.click(await screen.findByRole('button', { name: '生成新的恢复码' }))
  await fireEvent.update(screen.getByLabelText('验证码或恢复码'), code)
  await fireEvent.click(screen.getByRole('button', { name: '生成新的恢复码' }))
}

beforeEach(() => vi.resetAllMocks())
afterEach(cleanup)

it('warns when few recovery codes are left, and makes new ones once the person has proven himself', async () => {
  api.renewRecoveryCodes.mockResolvedValue(['k3f9-x72m-pq4w'])
  await open()
  expect(await screen.findByText(/所剩不多/)).toBeTruthy()
  await askForCodes('123 456')
  expect(api.renewRecoveryCodes).toHaveBeenCalledWith('123456')
  expect(await screen.findByText('k3f9-x72m-pq4w')).toBeTruthy()
  api.readSecondFactor.mockResolvedValue(factor({ recovery_left: 10 }))
  await fireEvent.click(screen.getByLabelText('我已保存恢复码'))
  await fireEvent.click(screen.getByRole('button', { name: '完成' }))
  expect(await screen.findByText('10 个')).toBeTruthy()
  expect(screen.getByText(/原有的已作废/)).toBeTruthy()
})

it('keeps the old codes and says why when the code is wrong', async () => {
  api.renewRecoveryCodes.mockRejectedValue(new ApiProblem(422, 'people.wrong_code', '验证码不正确'))
  await open()
  await askForCodes('111111')
  expect((await screen.findByRole('alert')).textContent).toContain('验证码不正确')
})

it('leaves for the log-in when too many wrong codes have ended the session', async () => {
  api.renewRecoveryCodes.mockRejectedValue(new ApiProblem(429, 'people.locked', '口令错误次数过多，请稍后再试'))
  await open()
  await askForCodes('111111')
  await vi.waitFor(() => expect(replace).toHaveBeenCalledWith('/login'))
})

it('asks who moves to another phone for password and present code', async () => {
  api.offerSecondFactor.mockResolvedValue({ secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/x' })
  await open()
  await fireEvent.click(await screen.findByRole('button', { name: '换手机' }))
  await fireEvent.update(screen.getByLabelText('再次输入口令'), 'Right-pass-1')
  await fireEvent.update(screen.getByLabelText('验证码或恢复码'), '654321')
  await fireEvent.click(screen.getByRole('button', { name: '获取密钥' }))
  expect(await screen.findByText('JBSW Y3DP EHPK 3PXP')).toBeTruthy()
  expect(api.offerSecondFactor).toHaveBeenCalledWith('Right-pass-1', '654321')
})

it('offers new codes only to who has a second factor', async () => {
  await open({ is_enrolled: false, is_required: false, confirmed_at: null, recovery_left: 0 })
  expect(await screen.findByRole('button', { name: '启用双因素' })).toBeTruthy()
  expect(screen.queryByRole('button', { name: '生成新的恢复码' })).toBeNull()
})
