/** An ECharts instance that lives and dies with its component, and follows the size and theme of its box. */
import type { ECharts, EChartsCoreOption } from 'echarts/core'
import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue'

import { firstView } from '@/ui/firstView'
import { pointsPerPixel } from '@/ui/wallScale'

/** A slow wall redraws four curves four times a second and no more. */
const REDRAW_MS = 250

/** A colour, font or size of the token file, as it stands in the present theme. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

export function useChart(box: Ref<HTMLElement | null>, option: () => EChartsCoreOption): void {
  let chart: ECharts | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let drawnAt = 0

  function draw(): void {
    drawnAt = performance.now()
    chart?.setOption(option(), { replaceMerge: ['series'], lazyUpdate: true })
  }

  function soon(): void {
    clearTimeout(timer)
    timer = setTimeout(draw, Math.max(0, REDRAW_MS - (performance.now() - drawnAt)))
  }

  const sized = new ResizeObserver(() => chart?.resize())
  const themed = new MutationObserver(soon)

  onMounted(async () => {
    await firstView()
    const { init } = await import('./library')
    if (!box.value) return
    chart = init(box.value, null, { devicePixelRatio: pointsPerPixel.value })
    draw()
    sized.observe(box.value)
    themed.observe(document.documentElement, { attributeFilter: ['class'] })
  })
  watch(option, soon, { flush: 'post' })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    sized.disconnect()
    themed.disconnect()
    chart?.dispose()
  })
}
