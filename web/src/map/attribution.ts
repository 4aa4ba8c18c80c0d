/** Who made a map and who approved it, as it stands at the foot of every map. */
import type { BaseTiles } from '@/api/baseMap'
import type { MapService } from '@/api/mapServices'

type Named = Pick<BaseTiles, 'source' | 'source_en' | 'map_approval' | 'is_invented'>
type Words = (key: string, values?: Record<string, string>) => string

/** The source, and the approval number (审图号); without one, what kind of a map it is. */
export function namedBeside(tiles: Named, language: string, t: Words): string {
  const source = (language === 'en' && tiles.source_en) || tiles.source
  const kind = tiles.is_invented ? t('map.invented') : t('map.schematic')
  const approval = tiles.map_approval ? t('map.approval', { number: tiles.map_approval }) : kind
  return `${t('map.base', { source })}　${approval}`
}

/** The same of a service of the government. */
export function serviceBeside(
  service: Pick<MapService, 'title' | 'title_en' | 'source' | 'source_en' | 'map_approval'>, language: string, t: Words,
): string {
  const [title, source] = language === 'en' ? [service.title_en, service.source_en || service.source] : [service.title, service.source]
  return `${t('map.service.beside', { title, source })}　${approvalOf(service, t)}`
}

export const approvalOf = ({ map_approval }: Pick<MapService, 'map_approval'>, t: Words): string =>
  map_approval ? t('map.approval', { number: map_approval }) : t('map.schematic')

const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** MapLibre takes what stands at the foot for HTML. */
export const asText = (words: string): string => words.replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign)
