/** How a layer component finds its map, and where in the stack it draws. */
import type { Map as MapLibre } from 'maplibre-gl'
import { inject, type InjectionKey } from 'vue'

export const MAP: InjectionKey<MapLibre> = Symbol('map')

/** Bottom to top; a layer is put before the marker of the next slot, whatever is switched on first. */
export const SLOTS = ['ground', 'base', 'service-ground', 'services', 'boundaries', 'places', 'subjects', 'alarms', 'selection'] as const
export type Slot = (typeof SLOTS)[number]

export const slotMarker = (slot: Slot) => `slot-${slot}`

/** The id before which a layer of a slot is added; undefined is the top. */
export function above(slot: Slot): string | undefined {
  const next = SLOTS[SLOTS.indexOf(slot) + 1]
  return next ? slotMarker(next) : undefined
}

export function useMap(): MapLibre {
  const map = inject(MAP)
  if (!map) throw new Error('a map layer stands inside <MapView>')
  return map
}
