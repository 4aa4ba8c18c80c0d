/** When a map's first view is there: its layers come one by one, each with a program of its own. */
import type { Map as MapLibre } from 'maplibre-gl'

/** So long after the last layer none more is expected. */
const SETTLED_MS = 1_000

/** Call once all that was put into the map is drawn, tiles included: when no layer has come since the last look. */
export function whenDrawn(map: MapLibre, drawn: () => void): void {
  let layers = -1
  const timer = setInterval(() => {
    const now = map.getLayersOrder().length
    if (now === layers && map.loaded() && map.areTilesLoaded()) {
      clearInterval(timer)
      drawn()
    }
    layers = now
  }, SETTLED_MS)
  map.once('remove', () => clearInterval(timer))
}
