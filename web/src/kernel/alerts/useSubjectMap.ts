/** What both ways of drawing subjects share: the blinking, the hand, the ring round the chosen one, and coming to it. */
import type { ExpressionSpecification, MapLayerMouseEvent } from 'maplibre-gl'
import { onBeforeUnmount, onMounted, watch } from 'vue'

import { useSelectionStore } from '@/kernel/subjects/selectionStore'
import { useSubjectStore } from '@/kernel/subjects/subjectStore'
import { useLayers } from '@/map/useLayers'

import { NEAR_ZOOM } from './subjectSigns'

const BLINK_MS = 700

export interface SubjectMapOptions {
  /** Layers that are clicked, and those that blink. */
  targets: string[]
  rings: string[]
  onClick: (event: MapLayerMouseEvent) => void
}

export function useSubjectMap({ targets, rings, onClick }: SubjectMapOptions) {
  const subjects = useSubjectStore()
  const selection = useSelectionStore()
  const { map, setData } = useLayers({
    source: 'selection',
    slot: 'selection',
    layers: [
      {
        id: 'selected', type: 'circle',
        paint: { 'circle-radius': 19, 'circle-color': 'rgba(0,0,0,0)', 'circle-stroke-color': '#ffffff', 'circle-stroke-width': 2.5 },
      },
    ],
  })
  let blinking: ReturnType<typeof setInterval> | undefined
  let isLit = false

  function blink(): void {
    isLit = !isLit
    const opacity: ExpressionSpecification = ['case', ['boolean', ['feature-state', 'unanswered'], false], isLit ? 0.95 : 0.15, 0]
    for (const id of rings) if (map.getLayer(id)) map.setPaintProperty(id, 'circle-stroke-opacity', opacity)
  }

  function mark(): void {
    const feature = selection.subjectId ? subjects.byId.get(selection.subjectId) : undefined
    setData({ type: 'FeatureCollection', features: feature ? [feature] : [] })
  }

  /** Come to the awaited subject once; whichever is there last, the map, the subjects or the wish, calls. */
  function comeTo(): void {
    const feature = selection.awaitedId ? subjects.byId.get(selection.awaitedId) : undefined
    if (!feature) return
    selection.awaitedId = null
    const [lon = 0, lat = 0] = feature.geometry.coordinates
    const isNear = feature.properties.kind !== 'enterprise'
    map.easeTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), isNear ? NEAR_ZOOM + 3 : 10.5), duration: 500 })
  }

  const point = () => (map.getCanvas().style.cursor = 'pointer')
  const unpoint = () => (map.getCanvas().style.cursor = '')

  onMounted(() => {
    for (const id of targets) {
      map.on('click', id, onClick)
      map.on('mouseenter', id, point)
      map.on('mouseleave', id, unpoint)
    }
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) blinking = setInterval(blink, BLINK_MS)
    blink()
  })
  watch(() => selection.awaitedId, comeTo)

  onBeforeUnmount(() => {
    clearInterval(blinking)
    for (const id of targets) {
      map.off('click', id, onClick)
      map.off('mouseenter', id, point)
      map.off('mouseleave', id, unpoint)
    }
  })

  return { mark, comeTo }
}
