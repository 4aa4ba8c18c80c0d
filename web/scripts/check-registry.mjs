// Fails the build when registry.json names a Vue component that does not exist.
// registry.json is what the slices of the server register (kernel/base/registry.py), exported.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const NAME = /^(systems|kernel)\/[a-z_]+\/[A-Z][A-Za-z]+$/

/** Return what is wrong with a registry, one sentence a fault; `exists` says whether a component is there. */
export function faults(registry, exists) {
  const found = []
  for (const [key, entries] of Object.entries(registry)) {
    for (const { name, key: other = name, component: drawn, card } of entries) for (const component of [drawn, card]) {
      if (component === null || component === undefined) continue
      if (!NAME.test(component)) found.push(`${key}.${other}: "${component}" is not systems/<name>/<Component> or kernel/<slice>/<Component>`)
      else if (!exists(component)) found.push(`${key}.${other}: there is no web/src/${component}.vue`)
    }
  }
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const here = new URL('..', import.meta.url)
  const registry = JSON.parse(readFileSync(new URL('registry.json', here), 'utf8'))
  const wrong = faults(registry, (component) => existsSync(new URL(`src/${component}.vue`, here)))
  for (const fault of wrong) console.error(`registry: ${fault}`)
  process.exit(wrong.length ? 1 : 0)
}
