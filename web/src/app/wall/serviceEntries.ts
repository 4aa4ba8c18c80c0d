/** The government's map services as layers of the tree: a bureau describes them, no slice registers them. */
import { defineComponent, h, markRaw, type Component } from 'vue'

import type { MapService } from '@/api/mapServices'
import type { MapLayerEntry } from '@/api/types'
import ServiceLayer from '@/map/ServiceLayer.vue'
import { keyOf } from '@/map/serviceStore'

export type TreeEntry = Omit<MapLayerEntry, 'group'> & { group: MapLayerEntry['group'] | 'services' }

/** A layer as the tree lists it and the map draws it. */
export interface TreeLayer {
  entry: TreeEntry
  component: Component
}

function entryOf(service: MapService, order: number): TreeEntry {
  return {
    key: keyOf(service), title_zh: service.title, title_en: service.title_en, order, group: 'services', time: 'still', ahead_h: 0,
    source: '', legend: [], component: null, path: null, icon: null, card: null, is_visible: service.is_shown,
  }
}

/** Grounds first: what is switched on later lies above, and an overlay belongs above a ground. */
export function serviceEntries(services: readonly MapService[]): TreeLayer[] {
  const sorted = [...services].sort((a, b) => Number(a.role !== 'ground') - Number(b.role !== 'ground'))
  return sorted.map((service, n) => ({
    entry: entryOf(service, n),
    component: markRaw(defineComponent({
      name: 'GovernmentLayer',
      emits: ['count'],
      setup: (_, { emit }) => () => h(ServiceLayer, { service, onCount: (n: number) => emit('count', n) }),
    })),
  }))
}
