/** The names behind the identifiers of a journal row, where one question tells them: people, organisations, posts, roles, places, objects. */
import { shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'

import { listOrganisations, listPosts, listRoles } from '@/api/accounts'
import { listJournal } from '@/api/base'
import { readNames } from '@/api/people'
import { listDivisions, listZones } from '@/api/places'
import type { JournalRow } from '@/api/types'
import { useNameOf } from '@/ui/inLanguage'

import { objectName, PLACES, referencesOf } from './journalWords'

const ORGANISATIONS = new Set(['organisation_id', 'organisations', 'merged_into', 'kept_id', 'merged_id', 'first_id', 'second_id'])
const PEOPLE = new Set(['user_id', 'recipient', 'recipients'])
const OBJECTS = new Set(['datastream_id', 'gateway_id', 'device_id', 'subject_id', 'parent_id', 'alarm_id', 'about_id', 'about', 'site', 'object_id'])
/** How many rows of an object are looked at for its name. */
const NEWEST = 5
const SYSTEM = 'system:'

const one = (id: string) => ({ filter: [`id.eq:${id}`], limit: 1 })

export function useReferences(row: JournalRow) {
  const { t, te, locale } = useI18n()
  const nameOfRow = useNameOf()
  /** By identifier; a name in both languages is said when it is asked for. */
  const found = shallowRef<Record<string, () => string>>({})
  const learn = (id: string, say: () => string) => (found.value = { ...found.value, [id]: say })

  async function learnPeople(ids: string[]): Promise<void> {
    if (!ids.length) return
    const names = await readNames(ids.map((id) => (id.startsWith('user:') ? id : `user:${id}`)))
    for (const id of ids) {
      const name = names[id.startsWith('user:') ? id : `user:${id}`]
      if (name && !name.endsWith(id)) learn(id, () => name)
    }
  }

  async function learnOrganisation(id: string): Promise<void> {
    const [it] = (await listOrganisations(one(id))).items
    if (it) learn(id, () => nameOfRow(it, 'name'))
  }

  async function learnPost(id: string): Promise<void> {
    const [it] = (await listPosts(one(id))).items
    if (it) learn(id, () => `${nameOfRow(it, 'organisation_name')} ${nameOfRow(it, 'title')}`)
  }

  /** An object of another slice by the newest row that the journal has of it: its own list is not the auditor's. */
  async function learnByStory(id: string): Promise<void> {
    const rows = (await listJournal({ filter: [`object.eq:${id}`], sort: '-number', limit: NEWEST })).items
    const newest = rows.find((one) => objectName(one, 'zh-CN') !== '')
    if (newest) learn(id, () => objectName(newest, locale.value))
  }

  /** A number or code of a place, with its name before it. */
  async function learnPlace(key: string, id: string): Promise<void> {
    const by = key === 'zone' ? `number.eq:${id}` : key === 'div' ? `div.eq:${id}` : `code.eq:${id}`
    const [it] = (await (key === 'zone' ? listZones : listDivisions)({ filter: [by], limit: 1 })).items
    if (it) learn(id, () => nameOfRow(it, 'name'))
  }

  async function learnRoles(): Promise<void> {
    for (const role of await listRoles()) learn(role.code, () => nameOfRow(role, 'title'))
  }

  const references = referencesOf(row)
  const ids = (wanted: (key: string, id: string) => boolean) => [
    ...new Set(references.filter(({ key, id }) => wanted(key, id)).map(({ id }) => id)),
  ]
  const places = references.filter(({ key }) => PLACES.has(key))
  const asked = [
    ...ids((key) => OBJECTS.has(key)).map(learnByStory),
    ...places.map(({ key, id }) => learnPlace(key, id)),
    learnPeople(ids((key, id) => PEOPLE.has(key) || id.startsWith('user:'))),
    ...ids((key) => ORGANISATIONS.has(key)).map(learnOrganisation),
    ...ids((key) => key === 'post_id').map(learnPost),
    ...(references.some(({ key }) => key === 'role') ? [learnRoles()] : []),
  ]
  // a name that cannot be had leaves its identifier standing
  void Promise.allSettled(asked)

  function processName(actor: string): string {
    const process = actor.slice(SYSTEM.length)
    const key = `ui.process.${process.replaceAll('.', '_')}`
    return t('ui.system', { process: te(key) ? t(key) : process })
  }

  /** A right as the page of roles says it. */
  const rightName = (right: string) => (te(`people.permission.${right}`) ? t(`people.permission.${right}`) : undefined)

  return (field: string, id: string): string | undefined => {
    if (field === 'permission') return rightName(id)
    return id.startsWith(SYSTEM) ? processName(id) : found.value[id]?.()
  }
}
