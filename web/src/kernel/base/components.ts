/** Registry names to Vue components: `kernel/alerts/AlarmsSection` is `src/kernel/alerts/AlarmsSection.vue`. */
import { defineAsyncComponent, type Component } from 'vue'

const modules = import.meta.glob<{ default: Component }>(['../../kernel/*/*.vue', '../../systems/*/*.vue'])

const known = new Map<string, Component>()

export function loaderOf(name: string): (() => Promise<{ default: Component }>) | undefined {
  // Vite writes keys relative to this file: "../alerts/X.vue" for a sister slice, "./X.vue" for our own.
  const [layer = '', slice = '', file = ''] = name.split('/')
  const keys = [`../../${layer}/${slice}/${file}.vue`]
  if (layer === 'kernel') keys.push(`../${slice}/${file}.vue`)
  if (layer === 'kernel' && slice === 'base') keys.push(`./${file}.vue`)
  return keys.map((key) => modules[key]).find((loader) => loader !== undefined)
}

/** The component of a registry entry; null for a name that this build does not know. */
export function componentOf(name: string | null): Component | null {
  if (name === null) return null
  const kept = known.get(name)
  if (kept) return kept
  const loader = loaderOf(name)
  if (!loader) return null
  const made = defineAsyncComponent(loader)
  known.set(name, made)
  return made
}
