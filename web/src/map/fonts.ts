/**
 * The map draws its text on a canvas once: a font that arrives later would leave boxes for ever.
 *
 * An installed Chinese font answers at once; else the parts of the bundled one that these names need.
 */
import { pageFont } from '@/ui/pageFont'

const PATIENCE_MS = 8_000

const FAMILIES = ['Noto Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', 'sans-serif']

/**
 * Give text that names no font the page's own, as lists and cards have it.
 *
 * The map's default stack is that of a server of glyphs ("Open Sans", "Arial Unicode MS"): drawn
 * locally it is whatever the desk has for Latin letters, beside Chinese from another font.
 */
export function inPageFont<L extends { type: string; layout?: object | undefined }>(layer: L): L {
  const layout = layer.layout
  if (layer.type !== 'symbol' || !layout || !('text-field' in layout) || 'text-font' in layout) return layer
  return { ...layer, layout: { ...layout, 'text-font': FAMILIES } }
}

export async function fontsFor(text: string, family = '"Noto Sans SC"'): Promise<void> {
  if (!('fonts' in document)) return
  const loaded = pageFont().then(() => Promise.allSettled(['400', '700'].map((weight) => document.fonts.load(`${weight} 14px ${family}`, text || '安'))))
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))
  // A font that cannot be had must not keep the map from the duty officer.
  await Promise.race([loaded.then(() => undefined), patience])
}
