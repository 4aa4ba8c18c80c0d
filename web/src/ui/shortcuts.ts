/**
 * Single keys of a page: what they do, when they count, and the list that `?` shows.
 *
 * They count nowhere where somebody types or is asked something, never together with Ctrl, Alt or Meta, which are
 * the browser's and the screen reader's, and not at all for whoever has switched them off (WCAG 2.2, 2.1.4).
 */
import { useLocalStorage } from '@vueuse/core'
import { onScopeDispose, ref, shallowRef } from 'vue'

export interface Shortcut {
  /** As `KeyboardEvent.key` says them; several do the same. */
  keys: readonly string[]
  /** i18n key of what it does. */
  title: string
  /** Without one the key is only told of: the browser or a component does it. */
  run?: (event: KeyboardEvent) => void
  /** Whether it may be held down. */
  repeats?: boolean
  when?: () => boolean
}

export interface ShortcutGroup {
  /** i18n key of its heading. */
  title: string
  shortcuts: readonly Shortcut[]
}

const TEXT = [
  'textarea',
  'select',
  '[contenteditable]:not([contenteditable="false"])',
  'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"], [type="range"])',
].join()
/** What moves, or is read on, by arrows itself. */
const MOVES = 'input, textarea, select, [contenteditable], [role="radiogroup"], [role="menu"], [role="listbox"], [role="tablist"], [role="slider"], .maplibregl-map, .el-drawer'
const QUESTIONS = '.el-overlay-dialog, .el-overlay-message-box'

/** Whether single keys count for whoever sits at this browser. */
export const areKeysOn = useLocalStorage('anlan.keys', true)
export const isListOpen = ref(false)
const groups = shallowRef<readonly ShortcutGroup[]>([])
export const shortcutGroups = groups as Readonly<typeof groups>

const isArrow = (key: string) => key.startsWith('Arrow')

function isBusy(target: EventTarget | null, key: string): boolean {
  return target instanceof Element && target.closest(isArrow(key) ? MOVES : TEXT) !== null
}

/** A question that waits for its answer; a drawer beside the page is none. */
function isAsked(): boolean {
  return Array.from(document.querySelectorAll(QUESTIONS)).some((one) => one.getClientRects().length > 0)
}

function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  // what came last is nearest to the person
  return groups.value
    .flatMap(({ shortcuts }) => shortcuts)
    .filter(({ keys, run, when }) => run && keys.includes(event.key) && (when?.() ?? true))
    .at(-1)
}

/** The browser's own, a component's already, or part of a Chinese word. */
function isTaken(event: KeyboardEvent): boolean {
  return event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey
}

function counts({ key, target }: KeyboardEvent): boolean {
  const isOn = areKeysOn.value || isArrow(key)
  return isOn && !isBusy(target, key) && !isAsked()
}

function onKey(event: KeyboardEvent): void {
  if (isTaken(event) || !counts(event)) return
  const found = shortcutOf(event)
  if (!found || (event.repeat && !found.repeats)) return
  event.preventDefault()
  found.run?.(event)
}

let isListening = false

/** Keys that count as long as the component lives. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const group = { title, shortcuts }
  groups.value = [...groups.value, group]
  onScopeDispose(() => (groups.value = groups.value.filter((one) => one !== group)))
  if (isListening) return
  isListening = true
  addEventListener('keydown', onKey)
}
