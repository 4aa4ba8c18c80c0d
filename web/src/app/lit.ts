/** Which entry of the menu a page belongs to: one at most, whatever the addresses have in common. */
const within = (page: string, path: string) => page === path || (path !== '/' && page.startsWith(`${path}/`))

/** The longest of the entries' addresses that the page's own begins with, part by part; null where there is none. */
export function litOf(page: string, paths: readonly string[]): string | null {
  const found = paths.filter((path) => within(page, path))
  return found.reduce<string | null>((best, path) => (best !== null && best.length >= path.length ? best : path), null)
}
