/** Who may go where: nobody past the log-in page without a session; titles; the systems' own pages. */
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouterScrollBehavior } from 'vue-router'

import type { RegistryEntry } from '@/api/types'
import { loaderOf } from '@/kernel/base/components'
import { useRegistryStore } from '@/kernel/base/registryStore'
import { useSessionStore } from '@/kernel/people/sessionStore'

import { homeOf, NO_POST } from './home'
import { i18n } from './i18n'
import { routes } from './routes'

/** Another page begins at its top; what is asked of the same page leaves it where it stands. */
const scrollBehavior: RouterScrollBehavior = (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 })

export const router = createRouter({ history: createWebHistory(), routes, scrollBehavior })

/** Give a system's menu entry its route; the kernel's pages have theirs already. */
function addSystemRoutes(entries: RegistryEntry[]): boolean {
  let isAdded = false
  for (const { key, path, component } of entries) {
    if (!path || !component || router.hasRoute(key)) continue
    const isKnown = router.resolve(path).name !== 'not-found'
    const loader = loaderOf(component)
    if (isKnown || !loader) continue
    router.addRoute({ name: key, path, component: loader })
    isAdded = true
  }
  return isAdded
}

/** The map is not everybody's, and whoever has a post by now has nothing left to wait for. */
function isMisplaced(path: string, home: string): boolean {
  return path !== home && (path === '/' || path === NO_POST)
}

router.beforeEach(async (to: RouteLocationNormalized) => {
  const session = useSessionStore()
  // Without an answer the log-in page says what is wrong; it must not stay blank.
  await session.ensure().catch(() => undefined)
  if (to.meta.isOpen) return true
  if (!session.isSignedIn) return { path: '/login', query: { next: to.fullPath } }
  const registry = useRegistryStore()
  const isNew = !registry.registry
  if (isNew) await registry.load().catch(() => undefined)
  const menu = registry.entries('menu')
  if (isNew && addSystemRoutes(menu) && to.name === 'not-found') return { path: to.path, query: to.query, hash: to.hash, replace: true }
  const home = homeOf(registry.registry ? menu : null)
  return isMisplaced(to.path, home) ? { path: home, replace: true } : true
})

router.afterEach((to) => {
  // The inferred type of all messages is too deep for the compiler.
  const { t } = i18n.global as unknown as { t: (key: string) => string }
  document.title = [to.meta.title ? t(to.meta.title) : '', t('app.name')].filter(Boolean).join(' · ')
})
