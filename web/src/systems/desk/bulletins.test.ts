import { expect, it } from 'vitest'

import { countText, isHeading } from './bulletins'

it('tells a heading from a paragraph', () => {
  expect(['\u4e00\u3001\u603b\u4f53', '\u5341\u4e00\u3001\u8981\u6c42', '\u672c\u671f\u4e00\u3001\u4e8c'].map(isHeading)).toEqual([true, true, false])
})

it('reads seconds as hours and counts as they stand', () => {
  expect([countText('due_s', 5400), countText('alarms', 1200)]).toEqual(['1.5 h', '1,200'])
})
