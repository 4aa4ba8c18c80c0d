/** What slices and systems contribute to menu, map, dossier and wall, as far as we may see it. */
import { defineStore } from 'pinia'
import { shallowRef, type Component } from 'vue'
import { useI18n } from 'vue-i18n'

import { readRegistry } from '@/api/base'
import type { Registry, RegistryEntry, RegistryKey } from '@/api/types'

import { componentOf } from './components'

export interface Contribution {
  entry: RegistryEntry
  component: Component
}

export const useRegistryStore = defineStore('registry', () => {
  const registry = shallowRef<Registry | null>(null)

  async function load(): Promise<void> {
    registry.value = await readRegistry()
  }

  function entries(key: RegistryKey): RegistryEntry[] {
    return [...(registry.value?.[key] ?? [])].sort((a, b) => a.order - b.order)
  }

  /** Entries whose component this build knows; a newer server may name others. */
  function contributions(key: RegistryKey): Contribution[] {
    return entries(key).flatMap((entry) => {
      const component = componentOf(entry.component)
      return component ? [{ entry, component }] : []
    })
  }

  return { registry, load, entries, contributions }
})

/** An entry's title in the language of the page. */
export function useTitle(): (entry: RegistryEntry) => string {
  const { locale } = useI18n()
  return (entry) => (locale.value === 'en' ? entry.title_en : entry.title_zh)
}
