import { describe, expect, it } from 'vitest'

import type { JournalRow } from '@/api/types'

import { changesOf, fieldName, fieldsOf, objectName, rawText, referencesOf, refusalOf, shortId, valueText, versionBefore, type Reader } from './journalWords'

const NAMES: Record<string, string> = { 'user:01K': '王敏', '6401811030000000': '宁东镇' }
const zh: Reader = { locale: 'zh-CN', nameOf: (_field, id) => NAMES[id] }
const en: Reader = { ...zh, locale: 'en' }

describe('a journal row in words', () => {
  it('says of a refusal which right it takes and how often it was wanted, and begins with what was wanted', () => {
    const data = { times: 3, method: 'GET', address: '10.0.0.1', permission: 'audit.journal.read' }
    expect(refusalOf({ data })).toEqual({ permission: 'audit.journal.read', times: 3 })
    expect(refusalOf({ data: {} })).toEqual({ permission: '', times: 1 })
    expect(fieldsOf({ data }, zh).map(({ key }) => key)).toEqual(['method', 'permission', 'times', 'address'])
    expect(fieldsOf({ data }, zh)[0]?.value).toBe('查看')
  })
  it('names its object by the names in it, each once', () => {
    expect(objectName({ data: { subject_name: 'T101 储罐', datastream_name: '液位', name: '液位' } }, 'zh-CN')).toBe('T101 储罐 · 液位')
    expect(objectName({ data: { name: 'T101 储罐', name_en: 'Tank T101' } }, 'en')).toBe('Tank T101')
    expect(objectName({ data: { id: '01K' } }, 'zh-CN')).toBe('')
    expect(objectName({ data: null }, 'zh-CN')).toBe('')
  })

  it('says fields, codes, truths, times and people in the language of the reader', () => {
    const data = { firm_state: 'closed', is_false: true, closed_at: '2026-08-01T02:00:05.123+00:00', closed_by: 'user:01K', on_delay_ms: 1500, limit_clause: '' }
    expect(fieldsOf({ data }, zh).map(({ label, value }) => [label, value])).toEqual([
      ['企业状态', '已消警'],
      ['误报', '是'],
      ['报警延时', '1.5 s'],
      ['消警时间', '2026年8月1日 10:00:05'],
      ['消警人', '王敏'],
    ])
    expect(fieldsOf({ data }, en).map(({ label, value }) => [label, value])).toEqual([
      ['State at the firm', 'closed'],
      ['False alarm', 'yes'],
      ['On-delay', '1.5 s'],
      ['Closed', 'August 1, 2026 at 10:00:05'],
      ['Closed by', '王敏'],
    ])
  })

  it('says a thing once: the name instead of the id, in one language', () => {
    const data = { id: '01', version: 3, subject_id: '01K', subject_name: 'T101 储罐', subject_name_en: 'Tank T101', shard: 4 }
    expect(fieldsOf({ data }, zh)).toEqual([{ key: 'subject_name', label: '监测对象', value: 'T101 储罐' }])
    expect(fieldsOf({ data }, en)).toEqual([{ key: 'subject_name', label: 'Subject', value: 'Tank T101' }])
  })

  it('begins with names and ends with where it hangs', () => {
    const data = { div: 6401811030000000, closed_at: '2026-08-01T02:00:05Z', value: 91.5, site_name: '一厂' }
    expect(fieldsOf({ data }, zh).map(({ value }) => value)).toEqual(['一厂', '91.5', '2026年8月1日 10:00:05', '宁东镇'])
    expect(referencesOf({ data })).toEqual([{ key: 'div', id: '6401811030000000' }])
  })

  it('says lists and what holds others, part by part', () => {
    expect(valueText('channels', ['in_app', 'sms'], zh)).toBe('站内、sms')
    expect(valueText('moved', { documents: 2, rows: 3 }, en)).toBe('documents 2; Rows 3')
    expect(valueText('how', 'password+totp', zh)).toBe('口令 + 动态口令')
    expect(valueText('limit_id', '01M87DG40NXRP4AM4FY9BPTBGE', zh)).toBe('…BPTBGE')
    expect(fieldName('never_heard_of', 'zh-CN')).toBe('never heard of')
  })

  it('tells what differs from the version before, with both sides', () => {
    const before = { data: { firm_state: 'new', closed_by: '', value: 91.5, version: 1 } }
    const after = { data: { firm_state: 'closed', closed_by: 'user:01K', value: 91.5, version: 2 } }
    expect(changesOf(before, after, zh)).toEqual([
      { label: '企业状态', before: '待确认', after: '已消警' },
      { label: '消警人', before: '', after: '王敏' },
    ])
  })

  it('finds the version before among those of one object', () => {
    const row = (number: number, object: string, data: object = { firm_state: 'new' }) => ({ number, version: number, object, data }) as JournalRow
    const history = [row(1, 'a'), row(2, 'b'), row(4, 'a'), row(5, 'a', { how: 'link' }), row(9, 'a')]
    expect(versionBefore(row(9, 'a'), history)?.number).toBe(4)
    expect(versionBefore(row(1, 'a'), history)).toBeNull()
    expect(versionBefore({ ...row(9, 'a'), version: 1 }, history)).toBeNull()
  })

  it('knows what a name may stand behind, and keeps the row as it is', () => {
    const data = { user_id: '01M87DG40NXRP4AM4FY9BPTBGE', role: 'expert', closed_by: 'system:engine', tag: 'LI-1' }
    expect(referencesOf({ data }).map(({ key }) => key)).toEqual(['user_id', 'role', 'closed_by'])
    expect(JSON.parse(rawText({ data }))).toEqual(data)
  })

  it('shortens identifiers, not numbers', () => {
    expect(shortId('01M87DG40NXRP4AM4FY9BPTBGE')).toBe('…BPTBGE')
    expect(shortId('42')).toBe('42')
  })
})
