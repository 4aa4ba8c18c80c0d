/** The tabs of whoever sits here, kept as long as this window: a reload brings them back, the next person has none. */
import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute, useRouter } from 'vue-router'

import { useRegistryStore, useTitle } from '@/kernel/base/registryStore'
import { useSessionStore } from '@/kernel/people/sessionStore'
import { pageName } from '@/ui/pageName'

import { closed, kept, named, opened, type PageTab } from './pageTabs'

const tabs = ref<PageTab[]>([])
let whose: string | null = null

export function useTabs() {
  const { t } = useI18n()
  const route = useRoute()
  const router = useRouter()
  const session = useSessionStore()
  const registry = useRegistryStore()
  const titleOf = useTitle()

  const key = () => `anlan.tabs.${session.session?.user.id ?? ''}`
  if (whose !== key()) {
    whose = key()
    tabs.value = kept(sessionStorage.getItem(whose))
  }

  function keep(next: PageTab[]): void {
    tabs.value = next
    if (whose) sessionStorage.setItem(whose, JSON.stringify(next))
  }

  watch(() => route.fullPath, (full) => {
    if (route.meta.isBare || route.name === 'not-found') return
    keep(opened(tabs.value, { path: route.path, full, title: route.meta.title ?? '' }))
  }, { immediate: true })
  watch(pageName, (now) => {
    if (!now) return
    keep(named(tabs.value, now.path, now.name))
    if (now.path === route.path) document.title = [now.name, t('app.name')].join(' · ')
  }, { immediate: true })

  function close(goes: (tab: PageTab) => boolean): void {
    const { tabs: left, next } = closed(tabs.value, route.path, goes)
    keep(left)
    if (next) void router.push(next)
  }

  const entryAt = (path: string) => registry.entries('menu').find((entry) => entry.path === path)
  const shown = computed(() =>
    tabs.value.map((tab) => {
      const entry = entryAt(tab.path)
      return { ...tab, text: tab.name || (entry ? titleOf(entry) : tab.title ? t(tab.title) : tab.path) }
    }),
  )

  return { shown, close }
}
