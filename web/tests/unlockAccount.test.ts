import { cleanup, fireEvent, render, screen } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Account } from '@/api/accounts'
import { i18n } from '@/app/i18n'
import AccountDetail from '@/kernel/people/AccountDetail.vue'
import { useSessionStore } from '@/kernel/people/sessionStore'

const api = vi.hoisted(() => ({ unlockAccount: vi.fn(), listHoldings: vi.fn(), resetPassword: vi.fn(), resetSecondFactor: vi.fn(), setAccountActive: vi.fn() }))
vi.mock('@/api/accounts', () => api)

const account = (is_locked: boolean) =>
  ({ id: 'U2', username: 'wang', name: '王敏', administrator: '', standing: 'active', posts: '', posts_en: '', is_active: true, is_invented: false,
    must_change_password: false, has_second_factor: true, is_locked, phone: '', last_login: null, version: 3 }) as Account

function show(is_locked: boolean, permissions: string[]) {
  const pinia = createPinia()
  setActivePinia(pinia)
  useSessionStore().$patch({ session: { user: { id: 'U1', name: '李', username: 'li', administrator: 'system' }, permissions } } as never)
  return render(AccountDetail, { props: { account: account(is_locked) }, global: { plugins: [pinia, i18n] } })
}

beforeEach(() => {
  vi.clearAllMocks()
  api.listHoldings.mockResolvedValue([])
})
afterEach(cleanup)

describe('an account that is locked', () => {
  it('is unlocked by who keeps accounts, after he has read what follows', async () => {
    api.unlockAccount.mockResolvedValue(account(false))
    const { emitted } = show(true, ['people.user.edit'])
    expect(screen.getByText(/因多次输错口令已锁定/)).toBeTruthy()
    await fireEvent.click(screen.getByRole('button', { name: '解除锁定' }))
    expect(await screen.findByText(/请先核实本人身份/)).toBeTruthy()
    const [, act] = screen.getAllByRole('button', { name: '解除锁定' })
    await fireEvent.click(act as HTMLElement)
    expect(api.unlockAccount).toHaveBeenCalledWith(expect.objectContaining({ id: 'U2', version: 3 }))
    await vi.waitFor(() => expect(emitted('changed')).toHaveLength(1))
  })

  it('offers no such act to others, nor while it is not locked', () => {
    show(true, [])
    expect(screen.queryByRole('button', { name: '解除锁定' })).toBeNull()
    cleanup()
    show(false, ['people.user.edit'])
    expect(screen.queryByRole('button', { name: '解除锁定' })).toBeNull()
    expect(screen.queryByText(/已锁定/)).toBeNull()
  })
})
