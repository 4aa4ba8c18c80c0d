/** What a map of this jurisdiction needs before it can be drawn. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

import { useRegionStore } from '@/kernel/places/regionStore'
import { useSubjectStore } from '@/kernel/subjects/subjectStore'
import { useServiceStore } from '@/map/serviceStore'
import { useNameOf } from '@/ui/inLanguage'
import { useLoad } from '@/ui/useLoad'

import { useBesideLookStore, useLayerLookStore } from './layerLookStore'
import { serviceEntries } from './serviceEntries'

export interface Ground {
  bbox: [number, number, number, number]
  /** All that will be written on it, so that its font is there before. */
  names: string
  attribution: string
}

export function useGround() {
  const { t } = useI18n()
  const nameOf = useNameOf()
  const region = useRegionStore()
  const subjects = useSubjectStore()
  const services = useServiceStore()
  const looks = [useLayerLookStore(), useBesideLookStore()]
  const asked = useLoad(async () => {
    // The subjects may be many and the names few; the map waits for both, because its font does.
    const [found, names] = await Promise.all([region.load(), region.names(), subjects.load(), services.load()])
    const theirs = serviceEntries(services.services).map(({ entry }) => entry)
    looks.forEach((one) => one.also(theirs))
    return { found, names: names + subjects.features.map((one) => one.properties.name).join('') }
  })
  const ground = computed<Ground | null>(() => {
    if (!asked.data.value) return null
    const { found, names } = asked.data.value
    return { bbox: found.bbox, names, attribution: `${nameOf(found, 'attribution')}${found.is_schematic ? `　${t('app.schematic')}` : ''}` }
  })
  return { ground, loading: asked.loading, error: asked.error, reload: asked.reload }
}
