/** A refused organisation: the sentence stands at the box that caused it, and nowhere else. */
import { cleanup, fireEvent, render, screen } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { ApiProblem } from '@/api/problem'
import { i18n } from '@/app/i18n'
import NewOrganisationDialog from '@/kernel/people/NewOrganisationDialog.vue'

const api = vi.hoisted(() => ({ registerOrganisation: vi.fn() }))
vi.mock('@/api/accounts', () => api)
vi.mock('@/api/places', () => ({ readAreas: () => Promise.resolve({ features: [] }) }))

async function refuse(problem: ApiProblem): Promise<void> {
  api.registerOrganisation.mockRejectedValue(problem)
  const pinia = createPinia()
  setActivePinia(pinia)
  render(NewOrganisationDialog, { props: { modelValue: true }, global: { plugins: [pinia, i18n] } })
  await fireEvent.update(await screen.findByLabelText(/单位名称/), '另一家')
  await fireEvent.update(screen.getByLabelText(/统一社会信用代码/), '91350100M000100Y43')
  await fireEvent.click(screen.getByRole('button', { name: '登记单位' }))
  await vi.waitFor(() => expect(api.registerOrganisation).toHaveBeenCalled())
}

beforeEach(() => vi.resetAllMocks())
afterEach(cleanup)

it('says at the credit code that it is taken, once', async () => {
  await refuse(new ApiProblem(409, 'people.credit_code_taken', '统一社会信用代码 X 已登记', '', { field: 'credit_code' }))
  await vi.waitFor(() => expect(screen.getAllByRole('alert').map((one) => one.textContent)).toEqual(['⚠ 统一社会信用代码 X 已登记']))
  const box = screen.getByLabelText(/统一社会信用代码/)
  expect(box.getAttribute('aria-invalid')).toBe('true')
  expect(document.getElementById(box.getAttribute('aria-describedby') ?? '')?.textContent).toContain('已登记')
})

it('says at the seat that its code is none', async () => {
  await refuse(new ApiProblem(422, 'people.bad_territory', '区划代码 无效', '', { field: 'territory_code' }))
  await vi.waitFor(() => expect(screen.getByLabelText(/属地区划代码/).getAttribute('aria-invalid')).toBe('true'))
  expect(screen.getAllByRole('alert')).toHaveLength(1)
})

it('says below what has no box here', async () => {
  await refuse(new ApiProblem(409, 'people.elsewhere', '别处出了错', '', { field: 'parent_id' }))
  expect((await screen.findByRole('alert')).textContent).toContain('别处出了错')
})
