/** Members of the groups that somebody has opened in a list, fetched when asked for and kept current. */
import { computed, onScopeDispose, shallowRef, triggerRef, type Ref } from 'vue'

import { listAlarms } from '@/api/alerts'
import type { Alarm } from '@/api/types'

import { isGroup } from './alarm'
import { useAlarmStore } from './alarmStore'

const PAGE = 100

interface Opened {
  members: Alarm[]
  next: string | null
  loading: boolean
  error: unknown
}

/** One row as a list shows it: an alarm, a group, or a member below its group. */
export interface Shown {
  alarm: Alarm
  isMember: boolean
}

export function useGroupMembers(items: Ref<Alarm[]>) {
  const opened = shallowRef(new Map<string, Opened>())

  async function load(group: string): Promise<void> {
    const held = opened.value.get(group) ?? { members: [], next: null, loading: false, error: null }
    if (held.loading) return
    put(group, { ...held, loading: true, error: null })
    try {
      const page = await listAlarms({ filter: [`parent_id.eq:${group}`], sort: 'raised_at', limit: PAGE, ...(held.next ? { after: held.next } : {}) })
      const known = new Set(held.members.map(({ id }) => id))
      put(group, { members: [...held.members, ...page.items.filter(({ id }) => !known.has(id))], next: page.next, loading: false, error: null })
    } catch (error) {
      put(group, { ...held, error })
    }
  }

  /** Put what was fetched in its place, unless the group was folded again in between. */
  function put(group: string, state: Opened): void {
    if (!state.loading && !opened.value.has(group)) return
    opened.value.set(group, state)
    triggerRef(opened)
  }

  function toggle(group: string): void {
    if (!opened.value.has(group)) return void load(group)
    opened.value.delete(group)
    triggerRef(opened)
  }

  function take(arrived: Alarm[]): void {
    for (const alarm of arrived) {
      const held = alarm.parent_id === null ? undefined : opened.value.get(alarm.parent_id)
      if (!held) continue
      const at = held.members.findIndex(({ id }) => id === alarm.id)
      const members = at < 0 ? [...held.members, alarm] : held.members.map((one, n) => (n === at && alarm.version > one.version ? alarm : one))
      opened.value.set(alarm.parent_id as string, { ...held, members })
      triggerRef(opened)
    }
  }

  onScopeDispose(useAlarmStore().onChanged(take))

  const rows = computed<Shown[]>(() => {
    const below = new Set([...opened.value.values()].flatMap(({ members }) => members.map(({ id }) => id)))
    return items.value
      .filter(({ id }) => !below.has(id))
      .flatMap((alarm) => [
        { alarm, isMember: false },
        ...(isGroup(alarm) ? (opened.value.get(alarm.id)?.members ?? []) : []).map((member) => ({ alarm: member, isMember: true })),
      ])
  })

  return { rows, opened, toggle, more: load }
}

export type GroupMembers = ReturnType<typeof useGroupMembers>
