/** What the page that is open is about, where its address says only a number: the name of a firm, of a datastream. */
import { shallowRef, watch } from 'vue'
import { useRoute } from 'vue-router'

export const pageName = shallowRef<{ path: string; name: string } | null>(null)

export function usePageName(name: () => string | null | undefined): void {
  const route = useRoute()
  watch(name, (now) => {
    if (now) pageName.value = { path: route.path, name: now }
  }, { immediate: true })
}
