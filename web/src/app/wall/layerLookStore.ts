/** How the layers of a map stand, and the sets of it that somebody has kept for himself. */
import { defineStore } from 'pinia'
import { computed, inject, ref, shallowRef, type InjectionKey } from 'vue'

import { keepLayerSets, readLayerSets, type LayerLook, type LayerSet } from '@/api/layerSets'
import type { MapLayerEntry } from '@/api/types'

export interface Look {
  isVisible: boolean
  opacity: number
}

/** The name of what ships: nobody can call a set of his own so. */
export const SHIPPED = ''

type Shipped = Pick<MapLayerEntry, 'key' | 'is_visible'>

function setup() {
  // Shallow: it is always replaced, and what other windows are told must be plain values.
  const looks = shallowRef<Record<string, Look>>({})
  const sets = shallowRef<LayerSet[]>([])
  const opensWith = ref(SHIPPED)
  /** The set that the map now shows, until a layer is changed by hand. */
  const chosen = ref<string | null>(SHIPPED)
  let shipped: Shipped[] = []
  let asked: Promise<void> | null = null

  const look = (key: string): Look => looks.value[key] ?? { isVisible: true, opacity: 1 }

  /** Take what ships, then one's own sets once; a set that names a layer that is no more shows the rest. */
  function begin(layers: readonly Shipped[]): Promise<void> {
    shipped = [...layers]
    if (asked) return asked
    use(SHIPPED)
    asked = readLayerSets().then(
      (kept) => {
        sets.value = kept.sets ?? []
        opensWith.value = kept.opens_with ?? SHIPPED
        use(opensWith.value)
      },
      () => {
        // Without one's own sets the map still opens, as it ships.
        asked = null
      },
    )
    return asked
  }

  function asIn(name: string, layers: readonly Shipped[]): Record<string, Look> {
    const set = sets.value.find((one) => one.name === name)
    const own = new Map((set?.layers ?? []).map((one) => [one.key, one]))
    return Object.fromEntries(layers.map(({ key, is_visible }) => {
      const one = own.get(key)
      return [key, { isVisible: one?.is_visible ?? is_visible, opacity: one?.opacity ?? 1 }]
    }))
  }

  function use(name: string): void {
    looks.value = asIn(name, shipped)
    chosen.value = sets.value.some((one) => one.name === name) ? name : SHIPPED
  }

  /** Take layers that are known later than the others: as the set that the map shows has them. */
  function also(layers: readonly Shipped[]): void {
    const fresh = layers.filter(({ key }) => !shipped.some((one) => one.key === key))
    shipped = [...shipped, ...fresh]
    looks.value = { ...looks.value, ...asIn(chosen.value ?? opensWith.value, fresh) }
  }

  /** Show the layers as somebody else has them; of those that he does not name nothing is changed. */
  function adopt(layers: readonly LayerLook[]): void {
    const own = new Map(layers.map((one) => [one.key, one]))
    looks.value = Object.fromEntries(Object.entries(looks.value).map(([key, before]) => {
      const one = own.get(key)
      return [key, one ? { isVisible: one.is_visible, opacity: one.opacity } : before]
    }))
    chosen.value = null
  }

  function put(key: string, change: Partial<Look>): void {
    looks.value = { ...looks.value, [key]: { ...look(key), ...change } }
    chosen.value = null
  }

  const now = computed<LayerLook[]>(() =>
    Object.entries(looks.value).map(([key, { isVisible, opacity }]) => ({ key, is_visible: isVisible, opacity })),
  )

  async function keep(next: LayerSet[], opens: string): Promise<void> {
    const kept = await keepLayerSets({ sets: next, opens_with: next.some((one) => one.name === opens) ? opens : SHIPPED })
    sets.value = kept.sets ?? []
    opensWith.value = kept.opens_with ?? SHIPPED
  }

  /** Keep what is shown under a name; a set of that name is replaced. */
  async function save(name: string): Promise<void> {
    const kept = name.trim()
    await keep([...sets.value.filter((one) => one.name !== kept), { name: kept, layers: now.value }], opensWith.value)
    chosen.value = kept
  }

  async function forget(name: string): Promise<void> {
    await keep(sets.value.filter((one) => one.name !== name), opensWith.value)
    if (chosen.value === name) chosen.value = null
  }

  const openWith = (name: string) => keep(sets.value, name)

  return { looks, sets, opensWith, chosen, now, look, begin, also, use, adopt, put, save, forget, openWith }
}

export const useLayerLookStore = defineStore('layerLook', setup)
/** The same of the right half of a split map. */
export const useBesideLookStore = defineStore('layerLookBeside', setup)

export type LookStore = Pick<ReturnType<typeof useLayerLookStore>, keyof ReturnType<typeof setup>>
export const LOOKS: InjectionKey<LookStore> = Symbol('looks')
/** Of the map that a component stands in or speaks of. */
export const useLooks = (): LookStore => inject(LOOKS, useLayerLookStore, true)
