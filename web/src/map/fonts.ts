/**
 * The map draws its text on a canvas once: a font that arrives later would leave boxes for ever.
 *
 * An installed Chinese font answers at once; else the parts of the bundled one that these names need.
 */
const PATIENCE_MS = 8_000

export async function fontsFor(text: string, family = '"Noto Sans SC"'): Promise<void> {
  if (!('fonts' in document)) return
  const loads = ['400', '700'].map((weight) => document.fonts.load(`${weight} 14px ${family}`, text || '安'))
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS))
  // A font that cannot be had must not keep the map from the duty officer.
  await Promise.race([Promise.allSettled(loads).then(() => undefined), patience])
}
