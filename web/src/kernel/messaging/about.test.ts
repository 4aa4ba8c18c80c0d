import { expect, it } from 'vitest'

import { placeOf } from './about'

it('a message about an alarm leads to that alarm', () => {
  expect(placeOf({ about_kind: 'alerts.alarm', about_id: '01KA' })).toBe('/monitor?alarm=01KA')
  expect(placeOf({ about_kind: 'hazchem.installation', about_id: '01KA' })).toBe('/installations/01KA')
  expect(placeOf({ about_kind: 'people.supervision', about_id: '01KA' })).toBe('/register')
})

it('what no page shows leads nowhere', () => {
  expect(placeOf({ about_kind: 'plans.plan', about_id: '01KA' })).toBeNull()
  expect(placeOf({ about_kind: 'alerts.alarm', about_id: null })).toBeNull()
})
