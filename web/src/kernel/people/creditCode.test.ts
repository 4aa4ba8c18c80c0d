import { expect, it } from 'vitest'

import { creditCodeIsRight } from './creditCode'

// the example of GB 32100-2015, and a code of which one character was typed wrongly
it('takes a 统一社会信用代码 by its check character and refuses a slip of the pen', () => {
  expect(creditCodeIsRight('91350100M000100Y43')).toBe(true)
  expect(creditCodeIsRight('91350100M000100Y44')).toBe(false)
  expect(creditCodeIsRight('91350100M000101Y43')).toBe(false)
  for (const wrong of ['', '91350100M000100Y4', '91350100m000100y43', '91350100I000100Y43']) expect(creditCodeIsRight(wrong)).toBe(false)
})
