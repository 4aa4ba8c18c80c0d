/**
 * One program of the graphics card for all circles.
 *
 * MapLibre links a program for every set of properties that are told per feature, when such a layer first has
 * something to draw: with the first alarm of a day, say. The page waits for the link, and on a machine without a
 * graphics card for every frame before it: 0.4 to 0.7 s in the midst of a pan. So every circle is told all of them.
 */
const PER_FEATURE: Readonly<Record<string, string | number>> = {
  'circle-radius': 5,
  'circle-color': '#000000',
  'circle-stroke-width': 0,
  'circle-stroke-color': '#000000',
  'circle-stroke-opacity': 1,
}

/** A constant that MapLibre takes for a property of each feature: it does not fold what asks a feature. */
const perFeature = (value: unknown) => (Array.isArray(value) ? value : ['case', ['has', '~'], value, value])

/** A layer of circles that shares its program with all others; any other layer as it is. */
export function inOneProgram<L extends { type: string; paint?: object | undefined }>(layer: L): L {
  if (layer.type !== 'circle') return layer
  const paint: Record<string, unknown> = { ...PER_FEATURE, ...layer.paint }
  for (const name of Object.keys(PER_FEATURE)) paint[name] = perFeature(paint[name])
  return { ...layer, paint }
}
