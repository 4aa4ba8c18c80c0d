/** How many days something still lasts. No Vue, no network. */
const DAY_MS = 86_400_000

/** Begun days until an end; null once it is over. */
export function daysLeft(endMs: number, nowMs: number): number | null {
  return endMs > nowMs ? Math.ceil((endMs - nowMs) / DAY_MS) : null
}
