/**
 * The sketches that this person may see.
 *
 * An event says only that a sketch changed: who may see it is decided by the server at each reading, so
 * all are read anew, a little later, however many events there are.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { changeSketch, drawSketch, readSketches, restoreSketch, withdrawSketch, type SketchBody, type SketchFeature, type SketchPatch } from '@/api/sketches'
import { useLiveStore } from '@/live/liveStore'

const PAUSE_MS = 300
/** A share by name ends by itself, and one from elsewhere is not told of: looked at again so often. */
const AGAIN_MS = 60_000

export const useSketchStore = defineStore('sketches', () => {
  const live = useLiveStore()
  const features = shallowRef<SketchFeature[]>([])
  const isWhole = ref(true)
  const loaded = ref(false)
  const error = shallowRef<unknown>(null)
  const byId = computed(() => new Map(features.value.map((one) => [one.id, one])))
  let soon: ReturnType<typeof setTimeout> | undefined
  let watchers = 0
  let again: ReturnType<typeof setInterval> | undefined
  const stops: (() => void)[] = []
  let run = 0

  async function load(): Promise<void> {
    const mine = ++run
    try {
      const read = await readSketches()
      if (mine !== run) return
      features.value = read.features
      isWhole.value = read.is_whole
      loaded.value = true
      error.value = null
    } catch (cause) {
      if (mine === run) error.value = cause
    }
  }

  function loadSoon(): void {
    clearTimeout(soon)
    soon = setTimeout(() => void load(), PAUSE_MS)
  }

  /** Keep them equal to the server's while somebody looks; returns how to stop. */
  function follow(): () => void {
    if (watchers++ === 0) {
      stops.push(live.onRows('sketches.sketch', loadSoon), live.onReset(loadSoon))
      again = setInterval(loadSoon, AGAIN_MS)
      void load()
    }
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      if (--watchers > 0) return
      stops.splice(0).forEach((stop) => stop())
      clearInterval(again)
      clearTimeout(soon)
    }
  }

  /** What an act answered is shown at once; the stream tells the others. */
  function put(one: SketchFeature): SketchFeature {
    run++
    features.value = [one, ...features.value.filter(({ id }) => id !== one.id)]
    return one
  }

  const draw = async (body: SketchBody) => put(await drawSketch(body))
  const change = async (one: SketchFeature, body: SketchPatch) => put(await changeSketch(one, body))
  const restore = async (one: SketchFeature) => put(await restoreSketch(one))

  /** Take one off the map; what is returned is the version that an undo needs. */
  async function withdraw(one: SketchFeature): Promise<SketchFeature> {
    const gone = await withdrawSketch(one)
    run++
    features.value = features.value.filter(({ id }) => id !== one.id)
    return gone
  }

  return { features, isWhole, loaded, error, byId, follow, load, draw, change, withdraw, restore }
})
