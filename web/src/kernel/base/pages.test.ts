import { expect, it } from 'vitest'

import { permissionOf } from './pages'

it('knows which permission a page takes that is not mine, and that there is no other', () => {
  expect(permissionOf('/data-quality')).toBe('data_quality.finding.view')
  expect(permissionOf('/nowhere')).toBeNull()
})
