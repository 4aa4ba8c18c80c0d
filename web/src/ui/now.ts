/** One ticking clock for the whole page, set to the server's time by the app. */
import { ref, type Ref } from 'vue'

const now = ref(Date.now())
let offsetMs = 0
let ticking = false

function tick(): void {
  now.value = Date.now() + offsetMs
}

export function setNowOffset(ms: number): void {
  offsetMs = ms
  tick()
}

/** The present in ms, renewed each second; it starts with its first user and lives as long as the page. */
export function useNow(): Readonly<Ref<number>> {
  if (!ticking) {
    ticking = true
    setInterval(tick, 1_000)
  }
  return now
}
