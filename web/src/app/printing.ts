/** Whoever prints a page leaves a row in the journal: told before the browser prints, each print once. */
import { useEventListener } from '@vueuse/core'

import { recordPrint, type Printed } from '@/api/base'
import { idempotencyKey } from '@/api/client'
import { ApiProblem } from '@/api/problem'

const HEADINGS = 'h1, h2, h3, .el-drawer__title, .el-dialog__title'
/** What the server takes of a line and of their number. */
const LINE_MAX = 200
const LINES_MAX = 20
const PATH_MAX = 500
/** After how long a print that could not be told of is told of again, under the same key. */
const AGAIN_MS = [2_000, 15_000, 60_000]

/** What stands on a page, by its headings, each once. */
export function headingsOf(page: ParentNode): string[] {
  const found = Array.from(page.querySelectorAll<HTMLElement>(HEADINGS))
    .filter((one) => one.getClientRects().length > 0)
    .map((one) => (one.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, LINE_MAX))
  return [...new Set(found.filter(Boolean))].slice(0, LINES_MAX)
}

async function tell(printed: Printed, key: string, tries = 0): Promise<void> {
  try {
    await recordPrint(printed, key)
  } catch (error) {
    const pause = AGAIN_MS[tries]
    // a refusal stays one; a server that is away may be back
    if (pause === undefined || (error instanceof ApiProblem && error.status >= 400 && error.status < 500)) throw error
    await new Promise((resume) => setTimeout(resume, pause))
    await tell(printed, key, tries + 1)
  }
}

/** Record the prints of whoever is signed in; `failed` hears of one that the journal did not take. */
export function usePrintRecord(isSignedIn: () => boolean, failed: (error: unknown) => void): void {
  useEventListener(window, 'beforeprint', () => {
    if (!isSignedIn()) return
    const path = `${location.pathname}${location.search}`.slice(0, PATH_MAX)
    tell({ path, title: document.title.slice(0, LINE_MAX), shown: headingsOf(document) }, idempotencyKey()).catch(failed)
  })
}
