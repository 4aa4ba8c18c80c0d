/** Coordinates as people paste them, and as they are written back; longitude first in the answer, degrees. */
export interface Coordinates {
  lon: number
  lat: number
}

const CHINESE: readonly (readonly [RegExp, string])[] = [
  [/东经|经度|longitude|lng|lon/gi, ' E '], [/西经/g, ' W '], [/北纬|纬度|latitude|lat/gi, ' N '], [/南纬/g, ' S '],
  [/度/g, '°'], [/分/g, '′'], [/秒/g, '″'],
]
/** Degrees, then perhaps minutes, then perhaps seconds, each a decimal or not. */
const ANGLE = /([+-]?\d+(?:\.\d+)?)(?:\s*°\s*(?:(\d+(?:\.\d+)?)\s*′\s*(?:(\d+(?:\.\d+)?)(?![\d.]*\s*°)\s*″?)?)?)?/g
const SIXTY = 60
const MOST = { lon: 180, lat: 90 } as const

/** One sign for each mark, whichever keyboard it came from. */
function plain(text: string): string {
  // before NFKC, which takes these signs apart: º would be an o
  const kept = text.replace(/[º˚]/g, '°').replace(/´/g, '′').normalize('NFKC')
  return CHINESE.reduce((so, [from, to]) => so.replace(from, to), kept)
    .replace(/[’‘'`]/g, '′')
    .replace(/[”“"″]|′′/g, '″')
    .replace(/[−–—]/g, '-')
    .replace(/[:=]/g, ' ')
    .replace(/[,;、|/\t\n]+/g, ' , ')
    .toUpperCase()
    .trim()
}

interface Part {
  degrees: number
  /** The hemisphere letter beside it. */
  letter: string
}

function degreesOf([, degrees = '', minutes = '0', seconds = '0']: RegExpMatchArray): number | null {
  if (Number(minutes) >= SIXTY || Number(seconds) >= SIXTY) return null
  const size = Math.abs(Number(degrees)) + Number(minutes) / SIXTY + Number(seconds) / SIXTY ** 2
  return degrees.startsWith('-') ? -size : size
}

/** The parts in their order; null when anything is left over that is no part of a coordinate. */
function partsOf(text: string): Part[] | null {
  const found = [...text.matchAll(ANGLE)]
  if (found.length !== 2) return null
  const [first, second] = found as [RegExpExecArray, RegExpExecArray]
  const between = text.slice(first.index + first[0].length, second.index)
  const before = text.slice(0, first.index)
  const after = text.slice(second.index + second[0].length)
  const letters = [before, between, after].map((part) => part.replace(/[\s,°()[\]]/g, ''))
  if (letters.some((part) => !/^[NSEW]{0,2}$/.test(part))) return null
  const [a, b] = lettered(letters as [string, string, string])
  const degrees = [degreesOf(first), degreesOf(second)]
  if (degrees[0] === null || degrees[1] === null || a === null || b === null) return null
  return [{ degrees: degrees[0] ?? 0, letter: a }, { degrees: degrees[1] ?? 0, letter: b }]
}

/** Which letter belongs to which number: all before their numbers, or all behind. */
function lettered([before, between, after]: [string, string, string]): [string | null, string | null] {
  if (before.length === 1 && between.length === 1 && !after) return [before, between]
  if (!before && between.length === 1 && after.length === 1) return [between, after]
  if (!before && !between && !after) return ['', '']
  return [null, null]
}

const isLat = (letter: string) => letter === 'N' || letter === 'S'

function signed({ degrees, letter }: Part): number {
  return letter === 'S' || letter === 'W' ? -degrees : degrees
}

function within({ lon, lat }: Coordinates): Coordinates | null {
  return Math.abs(lon) <= MOST.lon && Math.abs(lat) <= MOST.lat ? { lon, lat } : null
}

/**
 * Read "106.34, 38.1", "38.1N 106.34E", "106°20′30″E 38°06′N", "东经106度20分30秒 北纬38度6分" …; null for anything else.
 *
 * Without letters the longitude is first, as on Chinese forms, unless only the other order can be meant.
 */
export function readCoordinates(text: string): Coordinates | null {
  const parts = partsOf(plain(text))
  if (!parts) return null
  const [first, second] = parts as [Part, Part]
  if (first.letter === '') {
    const asWritten = within({ lon: first.degrees, lat: second.degrees })
    return asWritten ?? within({ lon: second.degrees, lat: first.degrees })
  }
  if (isLat(first.letter) === isLat(second.letter)) return null
  if ([first, second].some(({ degrees }) => degrees < 0)) return null
  return isLat(first.letter) ? within({ lon: signed(second), lat: signed(first) }) : within({ lon: signed(first), lat: signed(second) })
}

const DIGITS = 6
const TENTHS = 10

export function decimalText({ lon, lat }: Coordinates): string {
  return `${lon.toFixed(DIGITS)}, ${lat.toFixed(DIGITS)}`
}

/** Degrees, minutes and seconds to a tenth, which is 3 m: `106°20′30.0″E`. */
function angleText(degrees: number, letters: readonly [string, string]): string {
  const tenths = Math.round(Math.abs(degrees) * SIXTY ** 2 * TENTHS)
  const seconds = (tenths % (SIXTY * TENTHS)) / TENTHS
  const minutes = Math.floor(tenths / (SIXTY * TENTHS)) % SIXTY
  const whole = Math.floor(tenths / (SIXTY ** 2 * TENTHS))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${whole}°${two(minutes)}′${seconds.toFixed(1).padStart(4, '0')}″${degrees < 0 ? letters[1] : letters[0]}`
}

export function dmsText({ lon, lat }: Coordinates): string {
  return `${angleText(lon, ['E', 'W'])} ${angleText(lat, ['N', 'S'])}`
}
