/** Whoever is brought to the log-in from the middle of his work is told why; whoever comes by himself is not. */
import { cleanup, render, screen } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'

import { i18n } from '@/app/i18n'
import LoginPage from '@/kernel/people/LoginPage.vue'

const query = vi.hoisted(() => ({ now: {} as Record<string, string> }))
vi.mock('@/api/people', () => ({ readSession: () => Promise.resolve({ session: null, isCodeAwaited: false, kinds: [], keyKinds: [] }) }))
vi.mock('vue-router', () => ({ useRoute: () => ({ path: '/login', query: query.now }), useRouter: () => ({ replace: vi.fn() }) }))

function open(asked: Record<string, string>): void {
  query.now = asked
  const pinia = createPinia()
  setActivePinia(pinia)
  render(LoginPage, { global: { plugins: [pinia, i18n] } })
}

afterEach(cleanup)

it('says that the session has ended', () => {
  open({ next: '/monitor', ended: '1' })
  expect(screen.getByRole('alert').textContent).toContain('登录已失效')
})

it('says nothing to somebody who has not been in', () => {
  open({ next: '/monitor' })
  expect(screen.queryByRole('alert')).toBeNull()
})
