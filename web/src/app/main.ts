/** Where the page begins: words, stores, routes, fonts, and what happens when the session ends. */
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/ui/tokens.css'
import '@/ui/base.css'

import { createPinia } from 'pinia'
import { createApp } from 'vue'

import { onSignedOut } from '@/api/client'
import { useSessionStore } from '@/kernel/people/sessionStore'
import { pageFont } from '@/ui/pageFont'

import App from './App.vue'
import { i18n, learn } from './i18n'
import { router } from './router'

const app = createApp(App).use(createPinia()).use(i18n).use(router)

onSignedOut(() => {
  const session = useSessionStore()
  if (!session.isSignedIn) return
  session.forget()
  void router.replace({ path: '/login', query: { next: router.currentRoute.value.fullPath, ended: '1' } })
})

void pageFont()
// no flash of another language; should the words not come, Chinese is better than nothing
await learn(i18n.global.locale.value).catch(() => undefined)
app.mount('#app')
