/** A hub that talks to the real server. */
import { liveTicket, openLive, watchDatastreams } from '@/api/live'
import { ApiProblem } from '@/api/problem'

import { Hub } from './hub'

export function serverHub(): Hub {
  return new Hub({
    ticket: liveTicket,
    open: openLive,
    watch: watchDatastreams,
    isSignedOut: (error) => error instanceof ApiProblem && (error.status === 401 || error.status === 403),
  })
}
