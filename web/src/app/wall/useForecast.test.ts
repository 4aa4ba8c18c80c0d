import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'

import type { Registry } from '@/api/types'
import { useRegistryStore } from '@/kernel/base/registryStore'
import { useTimeStore } from '@/live/timeStore'

import { STEP_MS, useForecast } from './useForecast'

vi.mock('vue-i18n', async (actual) => ({ ...(await actual<object>()), useI18n: () => ({ locale: { value: 'zh-CN' } }) }))

const entry = (key: string, time: string, ahead_h: number, component = 'kernel/alerts/AlarmsLayer') => ({
  key, time, ahead_h, component, title_zh: key, title_en: key, path: null, icon: null, order: 1, source: '/api/v1/some', group: 'ground', legend: [], card: null, is_visible: true,
})

let scope: EffectScope

function forecast(...layers: ReturnType<typeof entry>[]) {
  useRegistryStore().registry = { menu: [], map_layers: layers, dossier_sections: [], panels: [] } as unknown as Registry
  scope = effectScope()
  return scope.run(useForecast) as ReturnType<typeof useForecast>
}

beforeEach(() => {
  setActivePinia(createPinia())
})

describe('the part of the time bar that lies ahead', () => {
  it('is not offered where no layer has a forecast, and nothing opens it', () => {
    const { isOffered, begin, time } = forecast(entry('alarms', 'replay', 0))
    begin()
    expect([isOffered.value, time.isForecast]).toEqual([false, false])
  })

  it('is not offered for a layer that this build cannot draw', () => {
    expect(forecast(entry('rain', 'forecast', 72, 'systems/none/RainLayer')).isOffered.value).toBe(false)
  })

  it('reaches as far as the farthest forecast', () => {
    const { span, seek, begin, time } = forecast(entry('rain', 'forecast', 72), entry('smoke', 'forecast', 6))
    expect(span.value.to - span.value.from).toBe(72 * 3_600_000)
    begin()
    expect(time.ahead).toBe(span.value.from)
    expect((time.ahead ?? 0) % STEP_MS).toBe(0)
    seek(Number.MAX_SAFE_INTEGER)
    expect(time.ahead).toBe(span.value.to)
    seek(0)
    expect(time.ahead).toBe(span.value.from)
    expect(time.isReplay).toBe(false)
  })

  it('ends with its bar', () => {
    forecast(entry('rain', 'forecast', 72)).begin()
    scope.stop()
    expect(useTimeStore().isForecast).toBe(false)
  })
})
