/** The wall is dark; the desk is light, dark on request; the choice is kept in this browser. */
import { useLocalStorage } from '@vueuse/core'
import { computed, watchEffect } from 'vue'
import { useRoute } from 'vue-router'

const deskIsDark = useLocalStorage('anlan.desk.dark', false)

export function useTheme() {
  const route = useRoute()
  const isDark = computed(() => route.path === '/' || (deskIsDark.value && !route.meta.isOpen))
  watchEffect(() => document.documentElement.classList.toggle('dark', isDark.value))
  return { deskIsDark }
}
