/** The layers are held by ESLint; each planted breach must be caught by the rule meant for it. */
import { ESLint } from 'eslint'
import { describe, expect, it } from 'vitest'

const RULE = 'boundaries/element-types'

async function breaches(file: string, code: string): Promise<string[]> {
  const eslint = new ESLint({ cwd: process.cwd() })
  const [result] = await eslint.lintText(code, { filePath: file })
  return (result?.messages ?? []).filter((message) => message.severity === 2).map((message) => message.ruleId ?? message.message)
}

const planted: [string, string, string][] = [
  ['ui asks the server', 'src/ui/planted.ts', "import { client } from '@/api/client'\nexport default client\n"],
  ['ui knows the kernel', 'src/ui/planted.ts', "import { isOpen } from '@/kernel/alerts/alarm'\nexport default isOpen\n"],
  ['api knows the kernel', 'src/api/planted.ts', "import { isOpen } from '@/kernel/alerts/alarm'\nexport default isOpen\n"],
  ['live knows the kernel', 'src/live/planted.ts', "import { isOpen } from '@/kernel/alerts/alarm'\nexport default isOpen\n"],
  ['charts ask the server', 'src/charts/planted.ts', "import { client } from '@/api/client'\nexport default client\n"],
  ['the map knows the kernel', 'src/map/planted.ts', "import { isOpen } from '@/kernel/alerts/alarm'\nexport default isOpen\n"],
  ['the kernel knows the app', 'src/kernel/alerts/planted.ts', "import { i18n } from '@/app/i18n'\nexport default i18n\n"],
]

describe('layers of web/src', () => {
  it.each(planted)('are refused where %s', async (_, file, code) => {
    expect(await breaches(file, code)).toContain(RULE)
  }, 30_000)

  it('let the kernel use what stands below it', async () => {
    const code = "import { client } from '@/api/client'\nimport { useNow } from '@/ui/now'\nexport default { client, useNow }\n"
    expect(await breaches('src/kernel/alerts/planted.ts', code)).toEqual([])
  }, 30_000)

  it('keep addresses of the server in src/api', async () => {
    expect(await breaches('src/kernel/alerts/planted.ts', "export const read = () => fetch('/api/v1/x')\n")).toContain('no-restricted-globals')
  }, 30_000)

  it('keep files short', async () => {
    const code = Array.from({ length: 301 }, (_, n) => `export const a${n} = ${n}`).join('\n')
    expect(await breaches('src/ui/planted.ts', code)).toContain('max-lines')
  }, 30_000)
})
