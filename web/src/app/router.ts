/** Addresses of the pages; whoever is not signed in is sent to the log-in and back again. */
import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'

import { useSessionStore } from '@/kernel/people/sessionStore'

declare module 'vue-router' {
  interface RouteMeta {
    /** No session needed. */
    open?: boolean
  }
}

export const routes = [
  { path: '/login', component: () => import('@/kernel/people/LoginPage.vue'), meta: { open: true } },
  { path: '/link', component: () => import('@/kernel/people/LoginPage.vue'), meta: { open: true } },
  { path: '/', component: () => import('./WallPage.vue') },
  {
    path: '/',
    component: () => import('./DeskShell.vue'),
    children: [
      { path: 'monitor', component: () => import('@/kernel/alerts/MonitorPage.vue') },
      { path: 'subjects', component: () => import('@/kernel/subjects/SubjectsPage.vue') },
      { path: 'subjects/:id', component: () => import('@/kernel/subjects/SubjectPage.vue'), props: true },
      { path: 'demo', component: () => import('@/kernel/people/CastPage.vue') },
      { path: ':missing(.*)*', component: () => import('./NotFoundPage.vue') },
    ],
  },
]

export function makeRouter() {
  const router = createRouter({ history: createWebHistory(), routes })
  router.beforeEach(async (to: RouteLocationNormalized) => {
    if (to.meta.open) return true
    const session = useSessionStore()
    await session.ensure()
    return session.isSignedIn ? true : { path: '/login', query: { next: to.fullPath } }
  })
  return router
}
