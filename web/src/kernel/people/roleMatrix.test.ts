import { describe, expect, it } from 'vitest'

import type { Role } from '@/api/accounts'

import { familiesOf, matrixOf } from './roleMatrix'

const role = (code: string, family: string, ...permissions: string[]): Role => ({ id: code, code, title: code, title_en: code, family, ceiling: 1, permissions, version: 1 })
const ROLES = [role('officer', 'bureau', 'alerts.alarm.check', 'alerts.alarm.view'), role('leader', 'bureau', 'alerts.alarm.view', 'people.duty.edit')]
const plain = (permission: string) => ({ 'alerts.alarm.check': '核查报警' })[permission] ?? permission

describe('the matrix of rights', () => {
  it('has a row for each right that any of the roles has, by slice, in the order of the roles', () => {
    expect(matrixOf(ROLES, '', plain)).toEqual([
      {
        slice: 'alerts',
        rows: [
          { permission: 'alerts.alarm.check', saying: '核查报警', has: [true, false] },
          { permission: 'alerts.alarm.view', saying: 'alerts.alarm.view', has: [true, true] },
        ],
      },
      { slice: 'people', rows: [{ permission: 'people.duty.edit', saying: 'people.duty.edit', has: [false, true] }] },
    ])
  })

  it('finds a right by its name and by how it is said', () => {
    expect(matrixOf(ROLES, '核查', plain).flatMap(({ rows }) => rows.map((one) => one.permission))).toEqual(['alerts.alarm.check'])
    expect(matrixOf(ROLES, ' DUTY ', plain).map(({ slice }) => slice)).toEqual(['people'])
    expect(matrixOf(ROLES, 'nothing of it', plain)).toEqual([])
  })
})

it('puts the bureau first, administrators last, and forgets no family that a later role brings', () => {
  const roles = [role('a', 'administrator'), role('b', 'new'), role('c', 'firm'), role('d', 'bureau'), role('e', 'firm')]
  expect(familiesOf(roles)).toEqual(['bureau', 'firm', 'administrator', 'new'])
})
