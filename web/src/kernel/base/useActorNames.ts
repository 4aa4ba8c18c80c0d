/** The names behind the `actor` columns of what is shown, asked for once each. */
import { shallowRef, watch, type Ref } from 'vue'

import { readNames } from '@/api/people'

const AT_ONCE = 100

export function useActorNames(actors: Readonly<Ref<string[]>>) {
  const names = shallowRef<Record<string, string>>({})
  const asked = new Set<string>()

  async function learn(wanted: string[]): Promise<void> {
    try {
      names.value = { ...names.value, ...(await readNames(wanted)) }
    } catch {
      // Without the names the identifiers stand; they are asked for again with the next page.
      wanted.forEach((one) => asked.delete(one))
    }
  }

  watch(actors, (now) => {
    const fresh = [...new Set(now)].filter((one) => one.startsWith('user:') && !asked.has(one)).slice(0, AT_ONCE)
    fresh.forEach((one) => asked.add(one))
    if (fresh.length) void learn(fresh)
  }, { immediate: true })

  return (actor: string) => names.value[actor] ?? actor
}
