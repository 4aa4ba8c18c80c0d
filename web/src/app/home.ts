/** Where somebody begins, best first: the map, for an administrator the health page, else the first of the menu. */
const HOMES = ['/', '/health']

export function homeOf(menu: readonly { path: string | null }[]): string {
  const paths = menu.flatMap((entry) => entry.path ?? [])
  return HOMES.find((home) => paths.includes(home)) ?? paths[0] ?? '/'
}
