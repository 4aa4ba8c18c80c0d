/** One ticking clock for the whole page, set to the server's time by the app; it starts with its first user. */
import { ref, type Ref } from 'vue'

const now = ref(Date.now())
const clock = ref(Date.now())
let offsetMs = 0
let ticking = false
/** The moment that is played again, in place of the present. */
let fixedMs: number | null = null

function tick(): void {
  clock.value = Date.now() + offsetMs
  now.value = fixedMs ?? clock.value
}

/** Show another moment as the present, or the present again (null). */
export function setNowFixed(ms: number | null): void {
  fixedMs = ms
  tick()
}

export function setNowOffset(ms: number): void {
  offsetMs = ms
  tick()
}

function startTicking(): void {
  if (ticking) return
  ticking = true
  setInterval(tick, 1_000)
}

/** The moment that is shown, in ms, renewed each second: the present, or what is played again. */
export function useNow(): Readonly<Ref<number>> {
  startTicking()
  return now
}

/** The present, also while the past is played: for clocks, watermarks and what is signed. */
export function useClock(): Readonly<Ref<number>> {
  startTicking()
  return clock
}
