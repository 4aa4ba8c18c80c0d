/** The build refuses a registry that names a component which does not exist. */
import { describe, expect, it } from 'vitest'

import { faults } from '../scripts/check-registry.mjs'

const entry = (component: string | null) => ({ menu: [{ name: 'one', component }] })

describe('the registry check', () => {
  it('passes a component that is there, and an entry without one', () => {
    expect(faults(entry('kernel/alerts/MonitorPage'), () => true)).toEqual([])
    expect(faults(entry(null), () => false)).toEqual([])
  })

  it('names an entry whose component is missing', () => {
    expect(faults(entry('systems/hazchem/NoSuchPage'), () => false)).toEqual(['menu.one: there is no web/src/systems/hazchem/NoSuchPage.vue'])
  })

  it('looks for the card of a map layer as for the layer itself', () => {
    const layer = { map_layers: [{ name: 'teams', component: 'systems/some/TeamsLayer', card: 'systems/some/TeamCard' }] }
    expect(faults(layer, (name) => name !== 'systems/some/TeamCard')).toEqual(['map_layers.teams: there is no web/src/systems/some/TeamCard.vue'])
  })

  it('refuses a name that leaves systems and kernel', () => {
    expect(faults(entry('../../etc/passwd'), () => true)).toHaveLength(1)
    expect(faults(entry('app/wall/WallPage'), () => true)).toHaveLength(1)
  })
})
