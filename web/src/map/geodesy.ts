/** Lengths and areas on the WGS-84 ellipsoid, as PostGIS tells them; no map, no Vue. */
export type LonLat = readonly [number, number]

const A_M = 6_378_137
const F = 1 / 298.257223563
const B_M = A_M * (1 - F)
const E2 = F * (2 - F)
const RAD = Math.PI / 180
const STEPS = 100
const CLOSE = 1e-12

/** Distance in metres (Vincenty 1975, inverse formula); opposite sides of the earth give NaN, no map shows both. */
export function distanceM([lon1, lat1]: LonLat, [lon2, lat2]: LonLat): number {
  if (lon1 === lon2 && lat1 === lat2) return 0
  const east = (lon2 - lon1) * RAD
  const u1 = Math.atan((1 - F) * Math.tan(lat1 * RAD))
  const u2 = Math.atan((1 - F) * Math.tan(lat2 * RAD))
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)]
  let lambda = east
  for (let n = 0; n < STEPS; n++) {
    const [sinL, cosL] = [Math.sin(lambda), Math.cos(lambda)]
    const sinS = Math.hypot(cos2 * sinL, cos1 * sin2 - sin1 * cos2 * cosL)
    if (sinS === 0) return 0
    const cosS = sin1 * sin2 + cos1 * cos2 * cosL
    const sigma = Math.atan2(sinS, cosS)
    const sinA = (cos1 * cos2 * sinL) / sinS
    const cos2A = 1 - sinA * sinA
    const cosM = cos2A === 0 ? 0 : cosS - (2 * sin1 * sin2) / cos2A
    const c = (F / 16) * cos2A * (4 + F * (4 - 3 * cos2A))
    const next = east + (1 - c) * F * sinA * (sigma + c * sinS * (cosM + c * cosS * (2 * cosM * cosM - 1)))
    if (Math.abs(next - lambda) < CLOSE) return lengthOf(cos2A, sigma, sinS, cosS, cosM)
    lambda = next
  }
  return Number.NaN
}

/** The rows of Vincenty's series that inverse and direct share. */
function series(cos2A: number): { a: number; b: number } {
  const u = (cos2A * (A_M * A_M - B_M * B_M)) / (B_M * B_M)
  return {
    a: 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u))),
    b: (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u))),
  }
}

function correction(b: number, sinS: number, cosS: number, cosM: number): number {
  const last = (b / 6) * cosM * (4 * sinS * sinS - 3) * (4 * cosM * cosM - 3)
  return b * sinS * (cosM + (b / 4) * (cosS * (2 * cosM * cosM - 1) - last))
}

function lengthOf(cos2A: number, sigma: number, sinS: number, cosS: number, cosM: number): number {
  const { a, b } = series(cos2A)
  return B_M * a * (sigma - correction(b, sinS, cosS, cosM))
}

/** The point at a distance in a direction from north (Vincenty, direct formula). */
export function pointAt([lon, lat]: LonLat, bearingDeg: number, metres: number): [number, number] {
  const [sinB, cosB] = [Math.sin(bearingDeg * RAD), Math.cos(bearingDeg * RAD)]
  const tanU = (1 - F) * Math.tan(lat * RAD)
  const cosU = 1 / Math.hypot(1, tanU)
  const sinU = tanU * cosU
  const begin = Math.atan2(tanU, cosB)
  const sinA = cosU * sinB
  const cos2A = 1 - sinA * sinA
  const { a, b } = series(cos2A)
  const along = metres / (B_M * a)
  let sigma = along
  for (let n = 0; n < STEPS; n++) {
    const next = along + correction(b, Math.sin(sigma), Math.cos(sigma), Math.cos(2 * begin + sigma))
    const isClose = Math.abs(next - sigma) < CLOSE
    sigma = next
    if (isClose) break
  }
  const [sinS, cosS, cosM] = [Math.sin(sigma), Math.cos(sigma), Math.cos(2 * begin + sigma)]
  const north = Math.atan2(sinU * cosS + cosU * sinS * cosB, (1 - F) * Math.hypot(sinA, sinU * sinS - cosU * cosS * cosB))
  const lambda = Math.atan2(sinS * sinB, cosU * cosS - sinU * sinS * cosB)
  const c = (F / 16) * cos2A * (4 + F * (4 - 3 * cos2A))
  const east = lambda - (1 - c) * F * sinA * (sigma + c * sinS * (cosM + c * cosS * (2 * cosM * cosM - 1)))
  return [lon + east / RAD, north / RAD]
}

/** The ring of a circle, closed, its corners as far from the middle as its radius says. */
export function circleRing(middle: LonLat, radiusM: number, corners = 96): [number, number][] {
  const ring = Array.from({ length: corners }, (_, n) => pointAt(middle, (360 * n) / corners, radiusM))
  return [...ring, ring[0] as [number, number]]
}

/** South-west and north-east of what holds a circle. */
export function circleBox(middle: LonLat, radiusM: number): [[number, number], [number, number]] {
  const [north, east, south, west] = [0, 90, 180, 270].map((bearing) => pointAt(middle, bearing, radiusM)) as unknown as [LonLat, LonLat, LonLat, LonLat]
  return [[west[0], south[1]], [east[0], north[1]]]
}

export function lengthM(line: readonly LonLat[]): number {
  return line.slice(1).reduce((sum, at, n) => sum + distanceM(line[n] as LonLat, at), 0)
}

/** The latitude on the sphere of the same area (authalic latitude), as its sine's share. */
function authalic(latDeg: number): number {
  const e = Math.sqrt(E2)
  const q = (sin: number) => (1 - E2) * (sin / (1 - E2 * sin * sin) + Math.atanh(e * sin) / e)
  return Math.asin(Math.max(-1, Math.min(1, q(Math.sin(latDeg * RAD)) / q(1))))
}

/** Radius of the sphere that has the area of the ellipsoid. */
const AUTHALIC_M = Math.sqrt((A_M * A_M) / 2 + ((B_M * B_M) / 2) * (Math.atanh(Math.sqrt(E2)) / Math.sqrt(E2)))

/** Area in m² of what corners enclose, whichever way round and closed or not (spherical excess, authalic latitudes). */
export function areaM2(corners: readonly LonLat[]): number {
  const tans = corners.map(([, lat]) => Math.tan(authalic(lat) / 2))
  const excess = corners.reduce((sum, [lon], n) => {
    const m = (n + 1) % corners.length
    const half = Math.tan((((corners[m]?.[0] ?? lon) - lon) * RAD) / 2)
    const [t1 = 0, t2 = 0] = [tans[n], tans[m]]
    return sum + 2 * Math.atan2(half * (t1 + t2), 1 + t1 * t2)
  }, 0)
  return Math.abs(excess) * AUTHALIC_M * AUTHALIC_M
}
