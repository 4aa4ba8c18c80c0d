import { expect, it } from 'vitest'

import type { DutyShift } from '@/api/types'

import { byOrganisation } from './dutyTeam'

const shift = (id: string, organisation: string) => ({ id, organisation_id: organisation, organisation_name: `单位${organisation}` }) as DutyShift

it('gathers shifts by organisation, one\'s own first, the others in their order', () => {
  const teams = byOrganisation([shift('1', 'a'), shift('2', 'b'), shift('3', 'a'), shift('4', 'c')], ['c'])
  expect(teams.map((team) => [team.name, team.shifts.map(({ id }) => id)])).toEqual([['单位c', ['4']], ['单位a', ['1', '3']], ['单位b', ['2']]])
})
