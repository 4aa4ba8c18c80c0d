/**
 * How the pages look to whoever sits here, kept in this browser: light or dark, in high contrast, in large type.
 *
 * The wall is always dark; the log-in page is light, and takes contrast and type as they were chosen.
 */
import { useLocalStorage } from '@vueuse/core'
import { computed, watchEffect } from 'vue'
import { useRoute } from 'vue-router'

const deskIsDark = useLocalStorage('anlan.desk.dark', false)
const isContrast = useLocalStorage('anlan.contrast', false)
const isLarge = useLocalStorage('anlan.large', false)

/** The map of the hall, and what follows it on another machine. */
const WALLS = ['/', '/screen']

export function useTheme() {
  const route = useRoute()
  // Before the first page is resolved its address is the browser's: else each desk would begin with a dark flash.
  const isWall = computed(() => WALLS.includes(route.matched.length ? route.path : location.pathname))
  const isDark = computed(() => isWall.value || (deskIsDark.value && !route.meta.isOpen))
  watchEffect(() => {
    const { classList } = document.documentElement
    classList.toggle('dark', isDark.value)
    classList.toggle('hall', isWall.value)
    classList.toggle('contrast', isContrast.value)
    // the wall has sizes of its own, to be read across a hall
    classList.toggle('large', isLarge.value && !isWall.value)
  })
  return { deskIsDark, isContrast, isLarge }
}
