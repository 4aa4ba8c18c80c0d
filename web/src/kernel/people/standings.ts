/** How an account stands, worst first, and how strongly a list says so. */
import type { Account } from '@/api/accounts'
import type { Tone } from '@/ui/tone'

export type Standing = Account['standing']
export const STANDINGS: readonly Standing[] = ['active', 'waiting', 'asleep', 'stopped']
export const STANDING_TONE: Readonly<Record<Standing, Tone>> = { active: 'going', waiting: 'attention', asleep: 'attention', stopped: 'none' }
