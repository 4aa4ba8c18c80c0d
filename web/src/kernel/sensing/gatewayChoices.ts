/** Gateways that somebody may change, and subjects of the chosen one's site: what stands behind a gateway stands where it does. */
import { listGateways } from '@/api/doors'
import { listSubjects } from '@/api/subjects'
import { useInLanguage, useNameOf } from '@/ui/inLanguage'
import type { Choice } from '@/ui/PickField.vue'

const MOST = 30
const like = (words: string) => (words ? [`search.like:${words}`] : [])

export function useGatewayChoices(gatewayId: () => string) {
  const inLanguage = useInLanguage()
  const nameOf = useNameOf()
  const sites = new Map<string, string | null>()

  async function findGateways(words: string): Promise<Choice[]> {
    const found = await listGateways({ filter: ['is_active.eq:true', ...like(words)], sort: 'name', limit: MOST })
    for (const one of found.items) sites.set(one.id, one.site)
    return found.items.filter(({ may }) => may.includes('change')).map((one) => ({ id: one.id, title: nameOf(one, 'name'), hint: `${one.firm_code} / ${one.code}` }))
  }

  async function findSubjects(words: string): Promise<Choice[]> {
    const site = sites.get(gatewayId())
    const found = await listSubjects({ filter: [...(site ? [`site.eq:${site}`] : []), 'status.ne:retired', ...like(words)], sort: 'name', limit: MOST })
    return found.items.map((one) => ({ id: one.id, title: inLanguage(one.name, one.name_en), hint: inLanguage(one.kind_title, one.kind_title_en) }))
  }

  return { findGateways, findSubjects }
}
