/** Where somebody begins, best first: the map, for an administrator the health page, else the first of the menu. */
const HOMES = ['/', '/health']
/** Where somebody stands whom nobody has appointed yet: his menu is known, and empty. */
export const NO_POST = '/no-post'

/** `menu` is null where it could not be read: the map then says what is wrong. */
export function homeOf(menu: readonly { path: string | null }[] | null): string {
  if (menu === null) return '/'
  const paths = menu.flatMap((entry) => entry.path ?? [])
  return HOMES.find((home) => paths.includes(home)) ?? paths[0] ?? NO_POST
}
