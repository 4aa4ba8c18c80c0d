import { describe, expect, it } from 'vitest'

import { fieldsOf, objectName, shortId } from './journalWords'

describe('a journal row in words', () => {
  it('names its object by the names in it, each once', () => {
    expect(objectName({ data: { subject_name: 'T101 储罐', datastream_name: '液位', name: '液位' } })).toBe('T101 储罐 · 液位')
    expect(objectName({ data: { id: '01K' } })).toBe('')
    expect(objectName({ data: null })).toBe('')
  })

  it('tells every field, also those that hold others', () => {
    expect(fieldsOf({ data: { value: 91.5, span: [1, 2], end: null } })).toEqual([
      { label: 'value', value: '91.5' },
      { label: 'span', value: '[1,2]' },
      { label: 'end', value: '' },
    ])
  })

  it('shortens identifiers, not numbers', () => {
    expect(shortId('01M87DG40NXRP4AM4FY9BPTBGE')).toBe('…BPTBGE')
    expect(shortId('42')).toBe('42')
  })
})
