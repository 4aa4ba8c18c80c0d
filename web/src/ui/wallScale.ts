/**
 * A wall of very many pixels (4K) is the wall of 1920 x 1080, drawn so many times larger: what is written is read from
 * the same place in the hall. Charts and maps draw as many more points, so that nothing is coarse.
 */
import { useEventListener } from '@vueuse/core'
import { computed, onScopeDispose, ref } from 'vue'

const WIDTH = 1920
const HEIGHT = 1080
/** A desk's large screen is looked at from near: below this it just shows more. */
const LEAST = 1.5

export function scaleOf(width: number, height: number): number {
  const scale = Math.min(width / WIDTH, height / HEIGHT)
  return scale < LEAST ? 1 : Math.round(scale * 100) / 100
}

const screen = ref({ width: innerWidth, height: innerHeight })
/** Pages that stand on a wall now; while one follows the other there are two for a moment. */
const pages = ref(0)
const scale = computed(() => (pages.value ? scaleOf(screen.value.width, screen.value.height) : 1))
/** Points of a screen to one of a page, for whoever draws points himself. */
export const pointsPerPixel = computed(() => (window.devicePixelRatio || 1) * scale.value)
export const isDrawnLarger = computed(() => scale.value !== 1)

/** How a page lays itself out that stands on a wall. */
export function useWallScale() {
  const measure = () => (screen.value = { width: innerWidth, height: innerHeight })
  useEventListener(window, 'resize', measure)
  measure()
  pages.value += 1
  onScopeDispose(() => (pages.value -= 1))
  return computed(() => {
    if (!isDrawnLarger.value) return {}
    const part = `${100 / scale.value}%`
    return { width: part, height: part, transform: `scale(${scale.value})`, transformOrigin: '0 0' }
  })
}
