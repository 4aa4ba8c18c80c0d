/** Where the thing is that a message speaks of; null where no page shows it. */
import type { Message } from '@/api/types'

const PAGES: Readonly<Record<string, (id: string) => string>> = {
  'alerts.alarm': (id) => `/monitor?alarm=${encodeURIComponent(id)}`,
  'subjects.subject': (id) => `/subjects/${encodeURIComponent(id)}`,
  'sensing.quarantine': (id) => `/quarantine?message=${encodeURIComponent(id)}`,
  // who supervises which site is a sheet of the register
  'people.supervision': () => '/register',
  'firm_day.commitment': (id) => `/commitments/${encodeURIComponent(id)}`,
  'firm_day.site': () => '/firm-day',
  'firm_day.permit': (id) => `/special-work/${encodeURIComponent(id)}`,
  'hazchem.installation': (id) => `/installations/${encodeURIComponent(id)}`,
  'data_honesty.finding': (id) => `/data-honesty/${encodeURIComponent(id)}`,
  'data_honesty.handed': (id) => `/data-honesty-handed/${encodeURIComponent(id)}`,
  // a night's findings at one site
  'data_honesty.look': (id) => `/data-honesty?site=${encodeURIComponent(id)}`,
  'sensing.datastream': (id) => `/datastreams/${encodeURIComponent(id)}`,
}

export function placeOf({ about_kind: kind, about_id: id }: Pick<Message, 'about_kind' | 'about_id'>): string | null {
  return id ? (PAGES[kind]?.(id) ?? null) : null
}
