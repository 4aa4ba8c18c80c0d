/** Where the map should come to, and what it should mark there, said by who does not hold the map. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface Focus {
  lon: number
  lat: number
  /** No farther away than this. */
  zoom?: number
}

export const useFocusStore = defineStore('mapFocus', () => {
  /** The wish until the map has come. */
  const awaited = shallowRef<Focus | null>(null)
  /** What is marked with a pin. */
  const marked = shallowRef<Focus | null>(null)

  function show(place: Focus, { isMarked = true }: { isMarked?: boolean } = {}): void {
    awaited.value = place
    if (isMarked) marked.value = place
  }

  function forget(): void {
    marked.value = null
  }

  return { awaited, marked, show, forget }
})
