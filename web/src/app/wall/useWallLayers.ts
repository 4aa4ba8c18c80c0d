/** Every layer of the wall's map: those of the registry, and the government's services, which are known a little later. */
import { computed } from 'vue'

import { useRegistryStore } from '@/kernel/base/registryStore'
import { useServiceStore } from '@/map/serviceStore'

import { serviceEntries, type TreeLayer } from './serviceEntries'

export function useWallLayers() {
  const registry = useRegistryStore()
  const services = useServiceStore()
  return computed<TreeLayer[]>(() => [...registry.layers(), ...serviceEntries(services.services)])
}
