/** Shifts as duty teams: one's own organisation first, then the others as the list orders them. */
import type { DutyShift } from '@/api/types'

export interface Team {
  id: string
  name: string
  shifts: DutyShift[]
}

export function byOrganisation(shifts: readonly DutyShift[], own: readonly string[] = []): Team[] {
  const teams = new Map<string, Team>()
  for (const shift of shifts) {
    const team = teams.get(shift.organisation_id) ?? { id: shift.organisation_id, name: shift.organisation_name, shifts: [] }
    team.shifts.push(shift)
    teams.set(team.id, team)
  }
  const rank = (team: Team) => (own.includes(team.id) ? 0 : 1)
  return [...teams.values()].sort((one, other) => rank(one) - rank(other))
}
