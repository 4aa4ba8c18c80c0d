/**
 * What a list is asked for stands in the address of its page: it survives a reload, goes back and forth with the
 * browser, can be sent to a colleague and kept as a view. What is as it was at first is not said.
 */
import { inject, provide, watch, type InjectionKey, type Ref } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

type Asked = Readonly<Record<string, Ref<string>>>

export interface Addressed {
  /** The page that is addressed, without its question. */
  path: string
  /** The question as it now stands, in the order of its names: `kind=tank&sort=-name`. */
  question: () => string
  /** Ask it again; what it does not name is as it was at first. */
  ask: (question: string) => void
}

const ADDRESSED: InjectionKey<Addressed> = Symbol('addressed')

const said = (query: LocationQuery, name: string): string | null => {
  const value = query[name]
  return typeof value === 'string' ? value : null
}

export function useAddress(asked: Asked): Addressed {
  const route = useRoute()
  const router = useRouter()
  const { path } = route
  const first = Object.fromEntries(Object.entries(asked).map(([name, ref]) => [name, ref.value]))

  function read(query: LocationQuery): void {
    for (const [name, ref] of Object.entries(asked)) {
      const value = said(query, name) ?? first[name] ?? ''
      if (ref.value !== value) ref.value = value
    }
  }

  function changed(): Record<string, string | undefined> {
    return Object.fromEntries(Object.entries(asked).map(([name, ref]) => [name, ref.value === first[name] ? undefined : ref.value]))
  }

  read(route.query)
  /** What we say ourselves is not read back: somebody may have typed on in between. */
  let saying = 0
  watch(Object.values(asked), () => {
    // a page that is being left says nothing of itself any more
    if (route.path !== path) return
    saying += 1
    void router.replace({ query: { ...route.query, ...changed() } }).finally(() => (saying -= 1))
  })
  watch(() => route.query, (query) => {
    if (route.path === path && saying === 0) read(query)
  })

  const context: Addressed = {
    path,
    question: () => {
      const named = Object.entries(changed()).filter((one): one is [string, string] => one[1] !== undefined)
      return new URLSearchParams(named.sort(([a], [b]) => a.localeCompare(b, 'en'))).toString()
    },
    ask: (question) => read(Object.fromEntries(new URLSearchParams(question))),
  }
  provide(ADDRESSED, context)
  return context
}

/** The addressed list that a component belongs to; none where the page keeps its question to itself. */
export function useAddressed(): Addressed | null {
  return inject(ADDRESSED, null)
}
