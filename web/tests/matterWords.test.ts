import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent } from 'vue'

import { i18n } from '@/app/i18n'
import { useMatterWords } from '@/kernel/subjects/matterWords'

function said(codes: string[]): string[] {
  let words: string[] = []
  const page = defineComponent({
    setup() {
      words = codes.map(useMatterWords())
      return () => null
    },
  })
  mount(page, { global: { plugins: [i18n] } })
  return words
}

it('says a matter in words, and an unknown one by its code', () => {
  expect(said(['hazchem', 'industry', 'lifts', ''])).toEqual(['危险化学品', '工贸', 'lifts', ''])
})
