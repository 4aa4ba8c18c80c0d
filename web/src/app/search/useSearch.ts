/** One question over everything: what was found, in one list that the arrow keys walk. */
import { refDebounced } from '@vueuse/core'
import { computed, ref, watch } from 'vue'

import { findAnything, findBesides, NOTHING_FOUND, type Found, type FoundBesides } from '@/api/search'
import { useLoad } from '@/ui/useLoad'

/** While somebody types, the question is not asked for each letter. */
const PAUSE_MS = 160

export interface Hit {
  key: string
  group: 'subjects' | 'alarms' | 'places' | 'people' | 'pages'
  name: string
  hint: string
  /** Where it leads. */
  to: string
  priority?: number
}

/** Whether the box is open: the key, the desk's button and the wall's open the same one. */
export const isSearchOpen = ref(false)

export interface Words {
  name: (zh: string, en: string) => string
  /** What kind of place, of alarm. */
  kind: (kind: string) => string
  condition: (condition: string) => string
}

/** Put what was found into one list, in the order of the groups. */
export function hitsOf(found: Found, { people, pages }: FoundBesides, words: Words): Hit[] {
  return [
    ...found.subjects.map((one): Hit => ({ key: `s${one.id}`, group: 'subjects', name: words.name(one.name, one.name_en), hint: [one.code, words.name(one.hint, one.hint_en)].filter(Boolean).join(' · '), to: `/subjects/${one.id}` })),
    ...found.alarms.map((one): Hit => ({ key: `a${one.id}`, group: 'alarms', name: words.name(one.subject_name, one.subject_name_en), hint: `${words.name(one.datastream_name, one.datastream_name_en)} · ${words.condition(one.condition)}`, to: `/monitor?alarm=${one.id}`, priority: one.priority })),
    ...found.places.flatMap((one): Hit[] => (one.lon === null || one.lat === null ? [] : [{ key: `p${one.id}`, group: 'places', name: words.name(one.name, one.name_en), hint: [words.kind(one.kind), one.code].filter(Boolean).join(' · '), to: `/?at=${one.lon.toFixed(5)},${one.lat.toFixed(5)}` }])),
    ...people.map((one): Hit => ({ key: `u${one.id}`, group: 'people', name: one.name, hint: one.hint, to: one.hint === one.username ? `/people?q=${encodeURIComponent(one.username)}` : '/' })),
    ...pages.map((one): Hit => ({ key: `g${one.key}`, group: 'pages', name: words.name(one.name, one.name_en), hint: one.path, to: one.path })),
  ]
}

export function useSearch(words: Words, mayFind: () => boolean) {
  const text = ref('')
  const asked = refDebounced(text, PAUSE_MS)
  const at = ref(0)
  const load = useLoad(
    async (signal) => {
      const question = asked.value.trim()
      if (!question) return null
      const [found, besides] = await Promise.all([mayFind() ? findAnything(question, signal) : NOTHING_FOUND, findBesides(question, signal)])
      return { found, besides }
    },
    { immediate: false },
  )
  watch(asked, () => void load.reload())

  const hits = computed(() => (load.data.value && asked.value.trim() ? hitsOf(load.data.value.found, load.data.value.besides, words) : []))
  watch(hits, () => (at.value = 0))

  function move(by: number): void {
    if (hits.value.length) at.value = (at.value + by + hits.value.length) % hits.value.length
  }

  function clear(): void {
    text.value = ''
    load.data.value = null
  }

  return { text, asked, at, hits, load, move, clear }
}
