/** Stretches of the past that are asked for most, in ms. */
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** China keeps +08:00 all year. */
const SHANGHAI_MS = 8 * HOUR_MS

/** What the server plays at once. */
export const LONGEST_MS = DAY_MS
export const PRESETS = ['hour', 'sixHours', 'night'] as const
export type Preset = (typeof PRESETS)[number]

/** Begin and end of a stretch, seen from now; the night is the last one that has begun, 20:00 to 08:00. */
export function spanOf(preset: Preset, now: number): [number, number] {
  if (preset === 'hour') return [now - HOUR_MS, now]
  if (preset === 'sixHours') return [now - 6 * HOUR_MS, now]
  const midnight = Math.floor((now + SHANGHAI_MS) / DAY_MS) * DAY_MS - SHANGHAI_MS
  const tonight = midnight + 20 * HOUR_MS
  const start = now > tonight ? tonight : tonight - DAY_MS
  return [start, Math.min(start + 12 * HOUR_MS, now)]
}
