/**
 * The page's font for Chinese: what the desk has installed answers at once, else the bundled one comes.
 *
 * The bundled one's list of parts alone is 68 kB, which a desk that has a font should not pay.
 */
const FAMILY = 'Noto Sans SC'

/** Full and PostScript names under which Linux, Windows and macOS desks hold a Chinese sans-serif. */
const INSTALLED: Record<string, string[]> = {
  '400': ['NotoSansCJKsc-Regular', 'NotoSansSC-Regular', 'SourceHanSansSC-Regular', 'Microsoft YaHei', 'PingFangSC-Regular'],
  '700': ['NotoSansCJKsc-Bold', 'NotoSansSC-Bold', 'SourceHanSansSC-Bold', 'Microsoft YaHei Bold', 'PingFangSC-Semibold'],
}

let chosen: Promise<void> | undefined

/** Done once it is known where the font comes from; its letters may still be on their way. */
export function pageFont(): Promise<void> {
  return (chosen ??= choose())
}

async function choose(): Promise<void> {
  try {
    const faces = Object.entries(INSTALLED).map(([weight, names]) => {
      const sources = names.map((name) => `local("${name}")`).join(', ')
      return new FontFace(FAMILY, sources, { weight }).load()
    })
    for (const face of await Promise.all(faces)) document.fonts.add(face)
  } catch {
    // none of them is installed
    await import('./bundledFont').catch(() => undefined)
  }
}
