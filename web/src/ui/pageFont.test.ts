import { afterEach, expect, it, vi } from 'vitest'

const bundled = vi.hoisted(() => ({ times: 0 }))
vi.mock('./bundledFont', () => ({ times: ++bundled.times }))

/** A desk that has these fonts. */
function desk(...installed: string[]): string[] {
  const added: string[] = []
  vi.stubGlobal('FontFace', class {
    constructor(readonly family: string, readonly sources: string, readonly descriptors: { weight: string }) {}

    load(): Promise<unknown> {
      const isHere = installed.some((name) => this.sources.includes(`local("${name}")`))
      return isHere ? Promise.resolve(`${this.family} ${this.descriptors.weight}`) : Promise.reject(new Error('no such font'))
    }
  })
  Object.defineProperty(document, 'fonts', { value: { add: (face: string) => added.push(face) }, configurable: true })
  return added
}

afterEach(() => {
  vi.resetModules()
  vi.unstubAllGlobals()
  bundled.times = 0
})

it('an installed font answers, and nothing is loaded', async () => {
  const added = desk('Microsoft YaHei', 'Microsoft YaHei Bold')
  const { pageFont } = await import('./pageFont')
  await Promise.all([pageFont(), pageFont()])
  expect([added, bundled.times]).toEqual([['Noto Sans SC 400', 'Noto Sans SC 700'], 0])
})

it('without a whole one the bundled font comes', async () => {
  const added = desk('NotoSansSC-Regular')
  const { pageFont } = await import('./pageFont')
  await pageFont()
  expect([added, bundled.times]).toEqual([[], 1])
})
