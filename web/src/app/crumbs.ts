/** The way to a page, from the map down to what the page is about. No Vue, no network. */
import { litOf } from './lit'

export interface Crumb {
  title: string
  /** Where it leads; null is the page itself. */
  path: string | null
}

interface Page {
  path: string
  /** Address of the menu entry that the page belongs to. */
  under: string
  title: string
  name: string
  /** What the thing of the page is a part of, from the top down. */
  above?: readonly { path: string; title: string }[]
  menu: readonly { path: string; title: string }[]
}

const HOME = '/'

/** Each step once, though a page may be called as its entry is; the last one leads nowhere. */
export function crumbsOf({ path, under, title, name, above: parts = [], menu }: Page): Crumb[] {
  const lit = litOf(under, menu.map((entry) => entry.path))
  const above = [HOME, lit].flatMap((at) => menu.find((entry) => entry.path === at) ?? [])
  const entry = above.find((one) => one.path === lit)
  const own = entry?.path === path || title === entry?.title ? '' : title
  // what the page is about says more than what kind of page it is
  const last = name || own
  const steps: Crumb[] = [...new Set(above), ...parts, ...(last ? [{ title: last, path: null }] : [])]
  return steps.map((step, n) => (n === steps.length - 1 ? { ...step, path: null } : step))
}
