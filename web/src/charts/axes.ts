/** The axes, limits and moments of a curve, as every chart draws them. */
import { figure } from '@/ui/figure'
import { minuteTime, shortTime } from '@/ui/time'

import { axisDecimals, type CurveLimit } from './curve'
import { token } from './useChart'

const DAY_MS = 86_400_000

export function timeAxis(span: [number, number]) {
  const long = span[1] - span[0] > DAY_MS
  return {
    type: 'time',
    min: span[0],
    max: span[1],
    axisLine: { lineStyle: { color: token('--line') } },
    axisLabel: { color: token('--ink-soft'), fontSize: 11, hideOverlap: true, formatter: (ms: number) => (long ? shortTime(ms).slice(0, 5) : minuteTime(ms)) },
    splitLine: { show: false },
  }
}

export function valueAxis(range: [number, number] | null, ink: string) {
  const decimals = axisDecimals(range ?? [0, 0])
  return {
    type: 'value',
    ...(range ? { min: range[0], max: range[1] } : {}),
    axisLabel: { color: ink, fontSize: 11, showMinLabel: false, showMaxLabel: false, formatter: (value: number) => value.toFixed(decimals) },
    splitLine: { lineStyle: { color: token('--line'), opacity: 0.6 } },
  }
}

export function tooltip(formatter: (params: unknown) => string) {
  return {
    trigger: 'axis',
    formatter,
    backgroundColor: token('--paper'),
    borderColor: token('--line'),
    textStyle: { color: token('--ink'), fontSize: 12 },
  }
}

function plain(words: string): string {
  const box = document.createElement('span')
  box.textContent = words
  return box.innerHTML
}

/** A value of a tooltip, which is HTML: names and units are people's words and stay words. */
export function tipValue(value: number | null, resolution: number | null, unit: string, name = ''): string {
  return plain(name) + (name && ' ') + `<b>${figure(value, resolution)} ${plain(unit)}</b>`
}

/** A limit across the chart; `of` names whose it is where there are several curves. */
export function limitLine(limit: CurveLimit, of = '') {
  const colour = token(`--level-${limit.priority}`)
  return {
    yAxis: limit.value,
    lineStyle: { color: colour, type: limit.condition.length === 2 ? 'solid' : 'dashed', width: 1.5 },
    label: {
      formatter: `${of}${of && ' '}${limit.condition} ${limit.value}`,
      // Neighbours stand on either side of their own line: HH above, H below it.
      position: limit.condition === 'H' || limit.condition === 'LL' ? 'insideEndBottom' : 'insideEndTop',
      color: token('--ink'),
      backgroundColor: token('--paper'),
      borderColor: colour,
      borderWidth: 1,
      borderRadius: 2,
      padding: [1, 4],
      fontSize: 11,
    },
  }
}

/** A moment that a line across the curve names. */
export function momentLine({ t, label }: { t: number; label: string }, span: [number, number]) {
  const ink = token('--ink')
  return {
    xAxis: t,
    lineStyle: { color: ink, type: 'dotted', width: 1.5 },
    label: { formatter: label, position: 'end', align: t > (span[0] + span[1]) / 2 ? 'right' : 'left', color: ink, fontSize: 11 },
  }
}
