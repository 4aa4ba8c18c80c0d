/** What an organisation is to the bureau. */
import type { OrganisationFiling } from '@/api/accounts'

export type OrganisationKind = OrganisationFiling['kind']
export const KINDS: readonly OrganisationKind[] = ['firm', 'bureau', 'government', 'agency', 'team']
