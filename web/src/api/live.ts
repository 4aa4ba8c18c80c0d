/** The addresses of the live stream: its ticket, the stream, and who watches which curve. */
import { client, take } from './client'
import { networkProblem, problemOf } from './problem'

export async function liveTicket(): Promise<string> {
  return (await take(client.GET('/api/v1/live-ticket'))).ticket
}

export function openLive(ticket: string, position: number | null): EventSource {
  const query = new URLSearchParams({ ticket })
  if (position !== null) query.set('position', String(position))
  return new EventSource(`/live?${query.toString()}`)
}

export async function watchDatastreams(streamId: string, datastreams: string[]): Promise<void> {
  const ticket = await liveTicket()
  const response = await fetch('/live/watch', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ stream_id: streamId, ticket, datastreams }),
  }).catch((cause: unknown) => {
    throw networkProblem(cause)
  })
  if (!response.ok) throw problemOf(response.status, await response.json().catch(() => null))
}
