/** Kinds, levels and standings of special work as people read them. No Vue, no network. */
import type { KindKey, LevelKey, Standing } from '@/api/firmDay'
import type { Tone } from '@/ui/tone'

export const KINDS: readonly KindKey[] = ['hot_work', 'confined_space', 'blind_plate', 'height', 'lifting', 'temporary_power', 'digging', 'road_closing']

/** What is watched first, as the list is ordered. */
export const STANDINGS: readonly Standing[] = ['overrun', 'under_way', 'issued', 'draft', 'expired', 'finished', 'cancelled']

const TONES: Readonly<Record<Standing, Tone>> = {
  overrun: 'attention', under_way: 'going', issued: 'going', draft: 'none', expired: 'none', finished: 'done', cancelled: 'done',
}

export const toneOf = (standing: Standing): Tone => TONES[standing]

/** i18n keys of a kind and level, told together: "hot work, level 1". */
export const levelKey = (level: LevelKey): string => (level === '' ? '' : `firmDay.level.${level}`)
