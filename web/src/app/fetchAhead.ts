/** The pages of the menu are fetched while nothing else is to be done: the first click finds them there. */
import { loadRouteLocation, type Router } from 'vue-router'

import { firstView } from '@/ui/firstView'

/** Safari has no idle callback. */
const LATER_MS = 1_000

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: LATER_MS })
    else setTimeout(resolve, LATER_MS)
  })
}

/** One after the other; who pays for each byte, or is cut off, fetches what is clicked. */
export async function fetchAhead(router: Router, paths: string[]): Promise<void> {
  if ((navigator as { connection?: { saveData?: boolean } }).connection?.saveData) return
  await firstView()
  for (const path of paths) {
    await idle()
    try {
      await loadRouteLocation(router.resolve(path))
    } catch {
      return
    }
  }
}
