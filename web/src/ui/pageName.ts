/** What the page that is open is about, where its address says only a number: the name of a firm, of a datastream. */
import { shallowRef, watch } from 'vue'
import { useRoute } from 'vue-router'

export interface Above {
  title: string
  path: string
}

export const pageName = shallowRef<{ path: string; name: string; above: readonly Above[] } | null>(null)

/** `above` is what the page's own thing is a part of, from the top down. */
export function usePageName(name: () => string | null | undefined, above: () => readonly Above[] = () => []): void {
  const route = useRoute()
  watch([name, above], ([now, steps]) => {
    if (now) pageName.value = { path: route.path, name: now, above: steps }
  }, { immediate: true })
}
