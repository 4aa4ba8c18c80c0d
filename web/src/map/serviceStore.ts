/** The government's map services on this page: which there are, which are drawn, which are away and tried again. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { readMapServices, type MapService } from '@/api/mapServices'

export type ServiceState = 'loading' | 'shown' | 'away'

const KEY = 'service-'
export const keyOf = ({ id }: Pick<MapService, 'id'>) => `${KEY}${id}`

export const useServiceStore = defineStore('mapServices', () => {
  const services = shallowRef<MapService[]>([])
  /** Those that are on the map. */
  const states = ref<Record<string, ServiceState>>({})
  /** By which its addresses differ from those of the try before; empty at first. */
  const tries = ref<Record<string, string>>({})
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** On how many maps each is: a split map may show it twice. */
  const maps = new Map<string, number>()

  /** Read which there are; where our server cannot say, the map has none. */
  async function load(): Promise<MapService[]> {
    services.value = await readMapServices().catch(() => [])
    return services.value
  }

  function begin(id: string): void {
    maps.set(id, (maps.get(id) ?? 0) + 1)
    if (!(id in states.value)) states.value = { ...states.value, [id]: 'loading' }
  }

  function end(id: string): void {
    const left = (maps.get(id) ?? 1) - 1
    maps.set(id, left)
    if (left > 0) return
    clearTimeout(timers.get(id))
    timers.delete(id)
    states.value = Object.fromEntries(Object.entries(states.value).filter(([name]) => name !== id))
    tries.value = Object.fromEntries(Object.entries(tries.value).filter(([name]) => name !== id))
  }

  /** Something of it came. What was asked for before it went away does not bring it back. */
  function worked(id: string, again: string): void {
    const state = states.value[id]
    if (state === 'loading' || (state === 'away' && again !== '' && again === tries.value[id] && !timers.has(id))) {
      states.value = { ...states.value, [id]: 'shown' }
    }
  }

  /** It does not answer: it is asked for again after so many seconds, once however many tiles say so. */
  function failed(id: string, seconds: number): void {
    if (!(id in states.value)) return
    states.value = { ...states.value, [id]: 'away' }
    if (timers.has(id)) return
    timers.set(id, setTimeout(() => {
      timers.delete(id)
      tries.value = { ...tries.value, [id]: String(Date.now()) }
    }, seconds * 1000))
  }

  /** Whether it is left alone just now: one that did not answer has nothing for the next tile either. */
  const isResting = (id: string): boolean => timers.has(id)

  const byKey = computed(() => new Map(services.value.map((one) => [keyOf(one), one])))
  const away = computed(() => services.value.filter(({ id }) => states.value[id] === 'away'))
  /** Whether the whole ground is theirs, so that our own has not to be drawn. */
  const isGroundTheirs = computed(() => services.value.some(({ id, role }) => role === 'ground' && states.value[id] === 'shown'))

  return { services, states, tries, byKey, away, isGroundTheirs, load, begin, end, worked, failed, isResting }
})
