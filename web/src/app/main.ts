import '@fontsource/noto-sans-sc/400.css'
import '@fontsource/noto-sans-sc/700.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/ui/tokens.css'
import '@/ui/base.css'

import { createPinia } from 'pinia'
import { createApp } from 'vue'

import { onSignedOut } from '@/api/client'
import { useSessionStore } from '@/kernel/people/sessionStore'

import App from './App.vue'
import { makeI18n } from './i18n'
import { makeRouter } from './router'

const app = createApp(App)
app.use(createPinia())
app.use(makeI18n())

const router = makeRouter()
app.use(router)
onSignedOut(() => {
  useSessionStore().forget()
  void router.push({ path: '/login', query: { next: router.currentRoute.value.fullPath } })
})
app.mount('#app')
