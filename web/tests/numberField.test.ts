/** A figure as a hurried person types it: read where it can be, and said at once where it cannot. */
import { cleanup, fireEvent, render, screen } from '@testing-library/vue'
import { afterEach, expect, it } from 'vitest'

import { i18n } from '@/app/i18n'
import NumberField from '@/ui/NumberField.vue'

function show() {
  const { emitted } = render(NumberField, { props: { modelValue: null, label: '限值', unit: 'm' }, global: { plugins: [i18n] } })
  const last = () => (emitted()['update:modelValue'] as [number | null][] | undefined)?.at(-1)?.[0]
  return { type: (text: string) => fireEvent.update(screen.getByLabelText('限值'), text), last }
}

afterEach(cleanup)

it.each(['abc', '11,75', '1e3', '-'])('says at once that "%s" is no number', async (text) => {
  const { type, last } = show()
  await type(text)
  expect(screen.getByRole('alert').textContent).toContain('请填写数字')
  expect(last() ?? null).toBeNull()
})

it('takes full-width figures and says nothing of an empty box', async () => {
  const { type, last } = show()
  await type('１１．５')
  expect(last()).toBe(11.5)
  await type('')
  expect(last()).toBeNull()
  expect(screen.queryByRole('alert')).toBeNull()
})
