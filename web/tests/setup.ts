/** What jsdom does not have and the pages expect. */
import { config } from '@vue/test-utils'
import { vi } from 'vitest'

class Observer {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

vi.stubGlobal('ResizeObserver', Observer)
vi.stubGlobal('matchMedia', (query: string) => ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }))
config.global.renderStubDefaultSlot = true
