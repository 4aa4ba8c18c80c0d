import { expect, it } from 'vitest'

import { nameIn } from '@/api/documents'

import { fileSize } from './fileSize'

it('a size is said in the unit that fits', () => {
  expect([0, 1023, 1024, 10_240, 1_048_575, 1_048_576, 20_971_520].map(fileSize)).toEqual(['0 B', '1023 B', '1.0 KB', '10 KB', '1024 KB', '1.0 MB', '20.0 MB'])
})

it('a copy keeps the name that the server gives it, its label in front', () => {
  expect(nameIn("attachment; filename*=utf-8''%E3%80%90%E5%86%85%E9%83%A8%E3%80%91a.pdf")).toBe('【内部】a.pdf')
  expect(nameIn('attachment; filename="[Internal] a.pdf"')).toBe('[Internal] a.pdf')
  expect(nameIn(null)).toBeUndefined()
})
