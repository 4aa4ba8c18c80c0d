import { cleanup, fireEvent, render, screen } from '@testing-library/vue'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'

import { ApiProblem } from '@/api/problem'
import type { Alarm } from '@/api/types'
import { i18n } from '@/app/i18n'

import AlarmActDialogs from '@/kernel/alerts/AlarmActDialogs.vue'
import AlarmActions from '@/kernel/alerts/AlarmActions.vue'
import { testAlarm } from '@/kernel/alerts/testAlarm'
import { provideAlarmActs } from '@/kernel/alerts/useAlarmActs'

const api = vi.hoisted(() => ({ confirmAlarm: vi.fn(), closeAlarm: vi.fn(), checkAlarm: vi.fn(), shelveAlarm: vi.fn(), unshelveAlarm: vi.fn(), readAlarm: vi.fn() }))
vi.mock('@/api/alerts', () => ({
  ...api,
  readAlarmChoices: () => Promise.resolve({ causes: [{ code: 'true_exceedance', title: '真实超限' }], outcomes: [] }),
  readAlarmStates: () => Promise.resolve({ position: 0, states: [] }),
  listOpenAlarms: () => Promise.resolve({ items: [], next: null, count: 0, count_capped: false }),
}))

function show(alarm: Alarm) {
  const pinia = createPinia()
  setActivePinia(pinia)
  const page = defineComponent({
    setup() {
      provideAlarmActs()
      return () => [h(AlarmActions, { alarm }), h(AlarmActDialogs)]
    },
  })
  return render(page, { global: { plugins: [pinia, i18n] } })
}

beforeEach(() => vi.clearAllMocks())
afterEach(cleanup)

describe('acting on an alarm', () => {
  it('names the consequence, then does it', async () => {
    api.confirmAlarm.mockResolvedValue(testAlarm({ version: 2, firm_state: 'confirmed' }))
    show(testAlarm({ may: ['confirm'] }))
    await fireEvent.click(screen.getByRole('button', { name: '确认' }))
    expect(await screen.findByText(/T-101 液氨储罐/)).toBeTruthy()
    const [, act] = screen.getAllByRole('button', { name: '确认' })
    await fireEvent.click(act as HTMLElement)
    expect(api.confirmAlarm).toHaveBeenCalledWith(expect.objectContaining({ id: 'A1', version: 1 }))
  })

  it('looks again when the alarm changed in between, and answers what is there now', async () => {
    api.confirmAlarm.mockRejectedValueOnce(new ApiProblem(412, 'alerts.changed_meanwhile', '报警在此期间有变化，请看过再处置'))
    api.readAlarm.mockResolvedValue(testAlarm({ version: 5, may: ['confirm'] }))
    show(testAlarm({ version: 1, may: ['confirm'] }))
    await fireEvent.click(screen.getByRole('button', { name: '确认' }))
    const [, act] = screen.getAllByRole('button', { name: '确认' })
    await fireEvent.click(act as HTMLElement)
    expect(await screen.findByText(/在此期间有变化/)).toBeTruthy()
    api.confirmAlarm.mockResolvedValue(testAlarm({ version: 6, firm_state: 'confirmed' }))
    await vi.waitFor(() => expect((act as HTMLButtonElement).className).not.toContain('is-loading'))
    await fireEvent.click(act as HTMLElement)
    expect(api.confirmAlarm).toHaveBeenLastCalledWith(expect.objectContaining({ id: 'A1', version: 5 }))
  })

  it('stays open with the reason when it is refused', async () => {
    api.confirmAlarm.mockRejectedValue(new ApiProblem(409, 'alerts.already_confirmed', '已由他人确认'))
    show(testAlarm({ may: ['confirm'] }))
    await fireEvent.click(screen.getByRole('button', { name: '确认' }))
    const [, act] = screen.getAllByRole('button', { name: '确认' })
    await fireEvent.click(act as HTMLElement)
    expect(await screen.findByText(/已由他人确认/)).toBeTruthy()
  })

  it('does not close without cause and measure, and says beside each what is missing', async () => {
    show(testAlarm({ instrument_state: 'returned', firm_state: 'confirmed', may: ['close'] }))
    await fireEvent.click(screen.getByRole('button', { name: '消警' }))
    await screen.findByText('真实超限')
    const [, act] = screen.getAllByRole('button', { name: '消警' })
    await fireEvent.click(act as HTMLElement)
    expect(await screen.findAllByText('⚠ 必填')).toHaveLength(2)
    expect(api.closeAlarm).not.toHaveBeenCalled()
  })

  it('offers nothing to somebody who may only look', () => {
    show(testAlarm({ may: [] }))
    expect(screen.queryAllByRole('button')).toEqual([])
  })

  it('says why it cannot be closed yet', () => {
    show(testAlarm({ may: ['close'] }))
    const close = screen.getByRole<HTMLButtonElement>('button', { name: '消警' })
    expect(close.disabled).toBe(true)
    expect(close.title).toContain('仍超限')
  })
})
