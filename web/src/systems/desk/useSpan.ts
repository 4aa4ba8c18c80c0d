/** The period of a list of rows as its address says it; without one, the seven days up to now. */
import { computed, ref } from 'vue'

import type { Span } from '@/api/desk'

export const FLAGS = [
  'is_confirm_due', 'is_confirmed_in_time', 'is_confirm_overdue', 'is_close_due', 'is_closed_in_time', 'is_close_overdue',
  'is_closed', 'is_false_alarm', 'is_bureau_due', 'is_bureau_overdue',
] as const

const WEEK_MS = 7 * 86_400_000

export function useSpan() {
  const now = Date.now()
  const asked = new URLSearchParams(location.search)
  const start = ref(new Date(now - WEEK_MS).toISOString())
  const end = ref(new Date(now).toISOString())
  const as_of = ref(new Date(now).toISOString())
  // before the first question is asked: the address is read into the parts only when the page says which they are
  for (const [name, part] of Object.entries({ start, end, as_of })) part.value = asked.get(name) ?? part.value
  const span = computed<Span>(() => ({ start: start.value, end: end.value, as_of: as_of.value }))
  return { span, parts: { start, end, as_of } }
}
