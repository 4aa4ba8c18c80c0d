import { describe, expect, it } from 'vitest'
import { effectScope, ref, type Ref } from 'vue'

import { shareRef, type Channel } from './shareRef'

/** Windows of one browser: what one posts all others hear, never itself. */
function browser() {
  const channels = new Set<Channel>()
  let posted = 0
  const open = (): Channel => {
    const channel: Channel = {
      onmessage: null,
      postMessage: (data) => {
        posted += 1
        for (const other of channels) if (other !== channel) other.onmessage?.({ data: structuredClone(data) } as MessageEvent)
      },
      close: () => void channels.delete(channel),
    }
    channels.add(channel)
    return channel
  }
  const window = <T>(first: T): { value: Ref<T>; close: () => void } => {
    const scope = effectScope()
    const value = ref(first) as Ref<T>
    scope.run(() => shareRef('test', value, open))
    return { value, close: () => scope.stop() }
  }
  return { window, posted: () => posted }
}

describe('a value of all windows', () => {
  it('is chosen in one and shown in the others, and nothing echoes', () => {
    const { window, posted } = browser()
    const [one, two, three] = [window(''), window(''), window('')]
    const before = posted()
    one.value.value = 'T-101'
    expect([two.value.value, three.value.value]).toEqual(['T-101', 'T-101'])
    expect(posted() - before).toBe(1)
    three.value.value = 'T-102'
    expect(one.value.value).toBe('T-102')
  })

  it('is told to a window that opens later', () => {
    const { window } = browser()
    const one = window('')
    one.value.value = 'T-101'
    expect(window('').value.value).toBe('T-101')
  })

  it('is kept by a window that opens alone', () => {
    const { window } = browser()
    expect(window('own').value.value).toBe('own')
  })

  it('is not heard by a window that was closed', () => {
    const { window } = browser()
    const [one, two] = [window(''), window('')]
    two.close()
    one.value.value = 'T-101'
    expect(two.value.value).toBe('')
  })
})
