/**
 * Draw on the map: each click is a corner, a double click or Enter ends it, Backspace takes the last
 * corner back, Esc begins anew.
 *
 * A click is caught before the map has it, so that nothing under the pointer is selected meanwhile.
 */
import type { Geometry } from 'geojson'
import { computed, onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'

import { cornersOf, geometryOf, isWhole, shownOf, withCorner, type Draft, type DrawKind } from './drawing'
import type { LonLat } from './geodesy'
import { useLayers } from './useLayers'

export interface DrawingOptions {
  kind: Readonly<Ref<DrawKind>>
  radiusM?: Readonly<Ref<number | null>>
  /** Colour of what is drawn. */
  colour?: string
}

/** A hand that moved farther than this between down and up has moved the map. */
const STILL_PX = 5
const isTyping = (target: EventTarget | null) => target instanceof HTMLElement && target.closest('input, textarea, select, button, [contenteditable]') !== null

export function useDrawing({ kind, radiusM, colour = '#ffd166' }: DrawingOptions) {
  const fresh = (): Draft => ({ kind: kind.value, corners: [], hover: null, radiusM: radiusM?.value ?? null })
  const draft = shallowRef<Draft>(fresh())
  const isDone = shallowRef(false)
  const geometry = computed(() => geometryOf(draft.value))
  const { map, setData } = useLayers({
    source: 'draft',
    slot: 'selection',
    layers: [
      { id: 'draft-fill', type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': colour, 'fill-opacity': 0.16 } },
      // a dark edge, so that it is seen on a light map as on a dark one
      { id: 'draft-edge', type: 'line', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'line-color': '#0b1413', 'line-width': 5, 'line-opacity': 0.55 } },
      { id: 'draft-line', type: 'line', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'line-color': colour, 'line-width': 2.5 } },
      {
        id: 'draft-corner', type: 'circle', filter: ['==', ['geometry-type'], 'Point'],
        paint: { 'circle-radius': 5, 'circle-color': colour, 'circle-stroke-color': '#0b1413', 'circle-stroke-width': 1.5 },
      },
    ],
  })

  const canvas = map.getCanvasContainer()
  const box = map.getContainer()
  let down: [number, number] = [0, 0]

  function at(event: MouseEvent): LonLat {
    const { left, top, width } = canvas.getBoundingClientRect()
    // On a wall the map may be drawn larger than it is laid out.
    const scale = width / canvas.offsetWidth || 1
    const { lng, lat } = map.unproject([(event.clientX - left) / scale, (event.clientY - top) / scale])
    return [lng, lat]
  }
  const isOnMap = (event: Event) => event.target instanceof Node && canvas.contains(event.target)
  const isStill = ({ clientX, clientY }: MouseEvent) => Math.hypot(clientX - down[0], clientY - down[1]) <= STILL_PX

  function onDown(event: PointerEvent): void {
    down = [event.clientX, event.clientY]
  }
  function onClick(event: MouseEvent): void {
    if (!isOnMap(event)) return
    event.stopPropagation()
    // The second click of a double one is its end, not a corner.
    if (event.detail > 1 || !isStill(event)) return
    add(at(event))
  }
  function onDouble(event: MouseEvent): void {
    if (!isOnMap(event)) return
    event.stopPropagation()
    event.preventDefault()
    finish()
  }
  function onMove(event: MouseEvent): void {
    if (isDone.value || !isOnMap(event) || draft.value.corners.length === 0) return
    draft.value = { ...draft.value, hover: at(event) }
  }
  const keys: Readonly<Record<string, () => void>> = { Enter: finish, Backspace: back, Escape: clear }
  function onKey(event: KeyboardEvent): void {
    const act = keys[event.key]
    if (!act || isTyping(event.target) || draft.value.corners.length === 0) return
    event.preventDefault()
    act()
  }

  function add(corner: LonLat): void {
    if (isDone.value) clear()
    draft.value = withCorner(draft.value, corner)
  }
  function back(): void {
    isDone.value = false
    draft.value = { ...draft.value, corners: draft.value.corners.slice(0, -1) }
  }
  function clear(): void {
    isDone.value = false
    draft.value = fresh()
  }
  function finish(): void {
    if (!isWhole(draft.value)) return
    isDone.value = true
    draft.value = { ...draft.value, hover: null }
  }

  /** Show what was drawn before: as it stands, or drawn anew by the next click. */
  function take(shape: Geometry): void {
    draft.value = { ...fresh(), corners: cornersOf(shape) }
    isDone.value = true
  }

  watch(kind, clear)
  if (radiusM) watch(radiusM, (now) => (draft.value = { ...draft.value, radiusM: now }))
  watch(draft, (now) => setData(shownOf(now)))
  onMounted(() => {
    box.addEventListener('pointerdown', onDown, true)
    box.addEventListener('click', onClick, true)
    box.addEventListener('dblclick', onDouble, true)
    box.addEventListener('mousemove', onMove)
    document.addEventListener('keydown', onKey)
    canvas.classList.add('drawing')
  })
  onBeforeUnmount(() => {
    box.removeEventListener('pointerdown', onDown, true)
    box.removeEventListener('click', onClick, true)
    box.removeEventListener('dblclick', onDouble, true)
    box.removeEventListener('mousemove', onMove)
    document.removeEventListener('keydown', onKey)
    canvas.classList.remove('drawing')
  })

  return { draft, geometry, isDone, add, back, clear, finish, take }
}
