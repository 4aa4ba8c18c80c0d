/** A place as an address carries it: `106.6,38.1`, longitude first, in degrees of WGS-84. */
export function readPlace(text: unknown): [number, number] | null {
  if (typeof text !== 'string') return null
  const [lon, lat, ...more] = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (lon === undefined || lat === undefined || more.length) return null
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [lon, lat] : null
}
