/** Whose a zone is: the bureau, the committee that bears its number (people, `zone`). */
import { listOrganisations } from '@/api/accounts'
import { useInLanguage } from '@/ui/inLanguage'
import { useLoad } from '@/ui/useLoad'

const ALL = 500

export function useBureaus() {
  const inLanguage = useInLanguage()
  const found = useLoad(() => listOrganisations({ filter: ['zone.null:false', 'kind.ne:firm'], sort: 'name', limit: ALL }))
  return {
    reload: found.reload,
    of: (zone: number) => (found.data.value?.items ?? []).filter((one) => one.zone === zone).map((one) => inLanguage(one.name, one.name_en)).join('、'),
  }
}
