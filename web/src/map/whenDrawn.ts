/** When a map's first view is there: its layers come one by one, each with a program of its own. */
import type { Map as MapLibre } from 'maplibre-gl'

/** So long after the last layer none more is expected. */
const SETTLED_MS = 1_000

/** Call once all that was put into the map is drawn, tiles included: when it was so at two looks and no layer has come. */
export function whenDrawn(map: MapLibre, drawn: () => void): void {
  let layers = -1
  let wasDrawn = false
  const timer = setInterval(() => {
    const now = map.getLayersOrder().length
    const isDrawn = now === layers && map.loaded() && map.areTilesLoaded()
    if (isDrawn && wasDrawn) {
      clearInterval(timer)
      drawn()
    }
    layers = now
    wasDrawn = isDrawn
  }, SETTLED_MS)
  map.once('remove', () => clearInterval(timer))
}
