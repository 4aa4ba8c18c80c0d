/** What slices and systems contribute to menu, map, dossier and wall, as far as we may see it. */
import { defineStore } from 'pinia'
import { shallowRef, type Component } from 'vue'
import { useI18n } from 'vue-i18n'

import { readRegistry } from '@/api/base'
import type { MapLayerEntry, Registry, RegistryEntry, RegistryKey } from '@/api/types'

import { componentOf } from './components'

export interface Contribution<E extends RegistryEntry = RegistryEntry> {
  entry: E
  component: Component
}
type EntryOf<K extends RegistryKey> = Registry[K][number]

/** A layer of the map that this build can draw. */
export interface LayerContribution {
  entry: MapLayerEntry
  component: Component
}

export const useRegistryStore = defineStore('registry', () => {
  const registry = shallowRef<Registry | null>(null)

  async function load(): Promise<void> {
    registry.value = await readRegistry()
  }

  function entries<K extends RegistryKey>(key: K): EntryOf<K>[] {
    return [...(registry.value?.[key] ?? [])].sort((a, b) => a.order - b.order) as EntryOf<K>[]
  }

  /** Entries whose component this build knows; a newer server may name others. */
  function contributions<K extends RegistryKey>(key: K): Contribution<EntryOf<K>>[] {
    return entries(key).flatMap((entry) => {
      const component = componentOf(entry.component)
      return component ? [{ entry, component }] : []
    })
  }

  /** The map's layers, from what lies lowest. */
  const layers = () => contributions('map_layers') as LayerContribution[]

  return { registry, load, entries, contributions, layers }
})

/** An entry's title in the language of the page. */
export function useTitle(): (entry: Pick<RegistryEntry, 'title_zh' | 'title_en'>) => string {
  const { locale } = useI18n()
  return (entry) => (locale.value === 'en' ? entry.title_en : entry.title_zh)
}
