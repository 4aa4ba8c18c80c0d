/** The two looks of the map. Layers are written in the inks of the dark one; the light one has for each its own. */
import { useLocalStorage } from '@vueuse/core'
import { inject, type InjectionKey } from 'vue'

export type Look = 'dark' | 'light'

export const LOOK: InjectionKey<Look> = Symbol('look')

/** What the map is drawn on, before anything is there. */
export const GROUND: Readonly<Record<Look, string>> = { dark: '#0b1413', light: '#eef1f0' }

/** Colours of levels are in neither column: they mean the same on both. */
const LIGHT_OF: Readonly<Record<string, string>> = {
  '#0b1413': '#ffffff', // halo, stroke
  '#14231f': '#f8f9f7', // the ground of counties
  '#40544f': '#9aa8a5', // dashed lines of townships
  '#8fa19d': '#5d6b68', // lines of counties, names of townships
  '#a9b8b5': '#46534f', // names of counties
  '#c9d6d3': '#3a4744', // settlements
  '#edf3f2': '#17211f', // names of subjects
  '#ffffff': '#17211f', // what is selected
  '#4fc7ba': '#0f766e', // the accent
  '#ffd166': '#0f766e', // what is being drawn
}

/** The wall's map, as whoever sits at this browser has it. */
export const useWallLook = () => useLocalStorage<Look>('anlan.wall.look', 'dark')

export const useLook = (): Look => inject(LOOK, 'dark')

function recoloured<T>(value: T): T {
  if (typeof value === 'string') return (LIGHT_OF[value.toLowerCase()] ?? value) as T
  if (Array.isArray(value)) return value.map(recoloured) as T
  return value
}

/** A layer in the inks of a look. */
export function inLook<L extends { paint?: object | undefined }>(layer: L, look: Look): L {
  if (look === 'dark' || !layer.paint) return layer
  const paint = Object.fromEntries(Object.entries(layer.paint).map(([name, value]) => [name, recoloured(value)]))
  return { ...layer, paint }
}
