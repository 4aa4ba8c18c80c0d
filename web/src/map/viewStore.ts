/** Where the map looks, held once: the halves of a split map, other windows and other screens look the same way. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface View {
  lon: number
  lat: number
  zoom: number
  /** Degrees clockwise from north. */
  bearing: number
}

/** What no eye tells apart: a ten-millionth of a degree is a centimetre. */
const NEAR_DEG = 1e-7
const NEAR_ZOOM = 1e-4

export function isSameView(one: View | null, other: View | null): boolean {
  if (!one || !other) return one === other
  const isNear = (a: number, b: number, by: number) => Math.abs(a - b) < by
  return isNear(one.lon, other.lon, NEAR_DEG) && isNear(one.lat, other.lat, NEAR_DEG) && isNear(one.zoom, other.zoom, NEAR_ZOOM) && isNear(one.bearing, other.bearing, NEAR_ZOOM)
}

export const useViewStore = defineStore('mapView', () => {
  /** What the maps of this page show; null before the first has opened. */
  const view = shallowRef<View | null>(null)
  /** The last view that somebody here went to, as against the one that a map opened with. */
  const chosen = shallowRef<View | null>(null)

  /** A map has opened; the first says what all show. */
  function open(now: View): void {
    view.value ??= now
  }

  /** Somebody moved a map. */
  function move(now: View): void {
    if (isSameView(now, view.value)) return
    view.value = now
    chosen.value = now
  }

  /** Another window or screen says where to look. */
  function follow(now: View | null): void {
    if (now && !isSameView(now, view.value)) view.value = now
  }

  return { view, chosen, open, move, follow }
})
