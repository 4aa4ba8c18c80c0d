import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'

import { areKeysOn, shortcutGroups, useShortcuts, type Shortcut } from './shortcuts'

let scope: EffectScope

beforeEach(() => {
  areKeysOn.value = true
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  document.body.replaceChildren()
})

function given(shortcut: Partial<Shortcut> & { keys: string[] }) {
  const run = vi.fn()
  scope.run(() => useShortcuts('page', [{ title: 'x', run, ...shortcut }]))
  return run
}

function press(key: string, on: Element = document.body, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more })
  on.dispatchEvent(event)
  return event
}

function put(html: string): Element {
  const held = mount({ template: `<div>${html}</div>` }, { attachTo: document.body })
  return held.element.firstElementChild as Element
}

it('does what the key says, and the browser does nothing more', () => {
  const run = given({ keys: ['c'] })
  expect(press('c').defaultPrevented).toBe(true)
  expect(run).toHaveBeenCalledOnce()
  expect(press('d').defaultPrevented).toBe(false)
})

describe('does nothing', () => {
  it.each(['<input>', '<input type="search">', '<textarea></textarea>', '<select></select>', '<p contenteditable="true"></p>'])('where somebody types: %s', (html) => {
    const run = given({ keys: ['c'] })
    press('c', put(html))
    expect(run).not.toHaveBeenCalled()
  })

  it.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }])('that belongs to the browser or to who writes Chinese: %o', (more) => {
    const run = given({ keys: ['c'] })
    press('c', document.body, more)
    expect(run).not.toHaveBeenCalled()
  })

  it('that a component has done already', () => {
    const run = given({ keys: ['ArrowDown'] })
    const row = put('<div></div>')
    row.addEventListener('keydown', (event) => event.preventDefault())
    press('ArrowDown', row)
    expect(run).not.toHaveBeenCalled()
  })

  it('while a question waits for its answer', () => {
    const run = given({ keys: ['c'] })
    const box = put('<div class="el-overlay-dialog"></div>')
    box.getClientRects = () => [{}] as unknown as DOMRectList
    press('c')
    expect(run).not.toHaveBeenCalled()
  })

  it('for a key that is held down, where that would act twice', () => {
    const act = given({ keys: ['c'] })
    const walk = given({ keys: ['j'], repeats: true })
    press('c', document.body, { repeat: true })
    press('j', document.body, { repeat: true })
    expect(act).not.toHaveBeenCalled()
    expect(walk).toHaveBeenCalledOnce()
  })

  it('once single keys are switched off, but for the arrows', () => {
    const act = given({ keys: ['c'] })
    const walk = given({ keys: ['ArrowDown'] })
    areKeysOn.value = false
    press('c')
    press('ArrowDown')
    expect(act).not.toHaveBeenCalled()
    expect(walk).toHaveBeenCalledOnce()
  })
})

it('counts on a button and at a choice, but leaves the arrows to the choice', () => {
  const run = given({ keys: ['j', 'ArrowDown'] })
  const radio = put('<input type="radio">')
  press('j', radio)
  press('ArrowDown', radio)
  expect(run).toHaveBeenCalledOnce()
})

it('the nearest of two wins, and one that does not count now lets the other', () => {
  const page = given({ keys: ['/'] })
  let isOpen = true
  const above = given({ keys: ['/'], when: () => isOpen })
  press('/')
  isOpen = false
  press('/')
  expect(above).toHaveBeenCalledOnce()
  expect(page).toHaveBeenCalledOnce()
})

it('goes with the page that gave it', () => {
  const run = given({ keys: ['c'] })
  scope.stop()
  press('c')
  expect(run).not.toHaveBeenCalled()
  expect(shortcutGroups.value).toEqual([])
})
