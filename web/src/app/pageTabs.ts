/** The pages that somebody has open, as tabs: what is opened, what is let go, where a close leads. No Vue, no network. */

export interface PageTab {
  path: string
  /** The path with what was asked there last. */
  full: string
  /** i18n key of its title. */
  title: string
  /** What it is about, once the page has said. */
  name: string
  /** When it was last looked at, counted in openings. */
  turn: number
}

export type Opening = Pick<PageTab, 'path' | 'full' | 'title'>

export const MOST_TABS = 12

/** Open a page, or come back to it; beyond the most that there may be the one not looked at for longest goes. */
export function opened(tabs: readonly PageTab[], page: Opening): PageTab[] {
  const turn = Math.max(0, ...tabs.map((tab) => tab.turn)) + 1
  const isHeld = tabs.some(({ path }) => path === page.path)
  const next = isHeld
    ? tabs.map((tab) => (tab.path === page.path ? { ...tab, ...page, turn } : tab))
    : [...tabs, { ...page, name: '', turn }]
  if (next.length <= MOST_TABS) return next
  const oldest = next.reduce((least, tab) => (tab.turn < least.turn ? tab : least))
  return next.filter((tab) => tab !== oldest)
}

export function named(tabs: readonly PageTab[], path: string, name: string): PageTab[] {
  return tabs.map((tab) => (tab.path === path ? { ...tab, name } : tab))
}

export interface Closed {
  tabs: PageTab[]
  /** Where to go, if the page that was open has been closed; null: nowhere. */
  next: string | null
}

/** Close some; from a page that goes itself the way leads to its right neighbour that stays, else to the left one. */
export function closed(tabs: readonly PageTab[], here: string, goes: (tab: PageTab) => boolean): Closed {
  const stay = tabs.filter((tab) => !goes(tab))
  if (stay.some(({ path }) => path === here) || !tabs.some(({ path }) => path === here)) return { tabs: stay, next: null }
  const at = tabs.findIndex(({ path }) => path === here)
  const right = tabs.slice(at + 1).find((tab) => !goes(tab))
  const left = tabs.slice(0, at).reverse().find((tab) => !goes(tab))
  return { tabs: stay, next: (right ?? left)?.full ?? '/' }
}

/** What this browser kept of the tabs; nothing of what is not in their shape. */
export function kept(text: string | null): PageTab[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(found) ? found.filter(isTab).slice(0, MOST_TABS) : []
  } catch {
    return []
  }
}

function isTab(one: unknown): one is PageTab {
  if (typeof one !== 'object' || one === null) return false
  const { path, full, title, name, turn } = one as Record<string, unknown>
  const isOurs = typeof path === 'string' && /^\/(?!\/)/.test(path)
  return isOurs && [full, title, name].every((text) => typeof text === 'string') && typeof turn === 'number'
}
