/**
 * The server's time, kept as an offset to this machine's clock.
 *
 * A duty room's computers are minutes apart; "late" and "stale" are the server's to say.
 */
import { ref } from 'vue'

export const serverOffsetMs = ref(0)

export function tellServerTime(serverMs: number, localMs: number = Date.now()): void {
  serverOffsetMs.value = serverMs - localMs
}

export function serverNow(localMs: number = Date.now()): number {
  return localMs + serverOffsetMs.value
}
