/** When a map's first view is there: its layers come one by one, each with a program of its own. */
import type { Map as MapLibre } from 'maplibre-gl'

/** So long after the last layer none more is expected. */
const SETTLED_MS = 1_000

/** Call once all that was put into the map is drawn, tiles included. */
export function whenDrawn(map: MapLibre, drawn: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined

  function look(): void {
    if (map.loaded() && map.areTilesLoaded()) {
      map.off('styledata', wait)
      drawn()
    } else void map.once('idle', wait)
  }

  function wait(): void {
    clearTimeout(timer)
    timer = setTimeout(look, SETTLED_MS)
  }

  map.on('styledata', wait)
  map.once('remove', () => clearTimeout(timer))
  wait()
}
