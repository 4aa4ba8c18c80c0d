/** Which pages there are, whoever may see them: the server tells a person only of his own. */
type Page = { path: string | null; permission: string }

// What the server exports of its registry; it stands beside the sources, not in them.
const menus = import.meta.glob<Page[]>('../../../registry.json', { eager: true, import: 'menu' })
const pages = Object.values(menus).flat()

/** The permission that a page of the menu takes; none where there is no such page. */
export function permissionOf(path: string): string | null {
  return pages.find((page) => page.path === path)?.permission ?? null
}
