/**
 * Which signs of a map lie on each other, and what is shown instead: one sign for all of them, or,
 * where the map is as near as it helps, each of them on a ring around their middle. No map, no Vue.
 */
export interface Placed {
  id: string
  lon: number
  lat: number
}

/** One sign: of one subject, or of several that would cover each other. */
export interface Spot {
  id: string
  at: [number, number]
  members: string[]
}

/** Signs nearer than this cover each other, in px. */
export const REACH_PX = 34
/** From here on nothing is drawn together any more: what still overlaps is spread. */
export const SPREAD_ZOOM = 16

const TILE_PX = 512
const DEGREES = 180 / Math.PI

function toPx({ lon, lat }: { lon: number; lat: number }, zoom: number): [number, number] {
  const world = TILE_PX * 2 ** zoom
  const sin = Math.sin(lat / DEGREES)
  return [((lon + 180) / 360) * world, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * world]
}

function toDegrees([x, y]: [number, number], zoom: number): [number, number] {
  const world = TILE_PX * 2 ** zoom
  return [(x / world) * 360 - 180, Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / world))) * DEGREES]
}

interface Group {
  x: number
  y: number
  points: Placed[]
}

/** Put each point to the first group within reach, looked for in the nine cells around it. */
function grouped(points: readonly Placed[], zoom: number): Group[] {
  const groups: Group[] = []
  const cells = new Map<string, Group[]>()
  for (const point of points) {
    const [x, y] = toPx(point, zoom)
    const column = Math.floor(x / REACH_PX)
    const row = Math.floor(y / REACH_PX)
    let found: Group | undefined
    for (let n = 0; n < 9 && !found; n++) {
      const cell = cells.get(`${column - 1 + (n % 3)}/${row - 1 + Math.floor(n / 3)}`)
      found = cell?.find((group) => Math.hypot(group.x - x, group.y - y) < REACH_PX)
    }
    if (found) {
      found.points.push(point)
      continue
    }
    const group = { x, y, points: [point] }
    groups.push(group)
    const key = `${column}/${row}`
    cells.set(key, [...(cells.get(key) ?? []), group])
  }
  return groups
}

const single = ({ id, lon, lat }: Placed): Spot => ({ id, at: [lon, lat], members: [id] })

/** Each on a ring around their middle, far enough apart to be seen and clicked. */
function spread({ points }: Group, zoom: number): Spot[] {
  const px = points.map((point) => toPx(point, zoom))
  const middle = [0, 1].map((axis) => px.reduce((sum, at) => sum + (at[axis] ?? 0), 0) / px.length)
  const radius = Math.max(REACH_PX * 0.7, (REACH_PX * points.length) / (2 * Math.PI))
  return points.map(({ id }, n) => {
    const angle = (2 * Math.PI * n) / points.length - Math.PI / 2
    const at: [number, number] = [(middle[0] ?? 0) + radius * Math.cos(angle), (middle[1] ?? 0) + radius * Math.sin(angle)]
    return { id, at: toDegrees(at, zoom), members: [id] }
  })
}

function together({ points }: Group): Spot {
  const [first] = points
  const mean = (of: (point: Placed) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length
  return { id: `cluster:${first?.id ?? ''}`, at: [mean((one) => one.lon), mean((one) => one.lat)], members: points.map(({ id }) => id) }
}

/** The signs to be drawn at a zoom; `apart`, what is selected, always has its own. */
export function declutter(points: readonly Placed[], zoom: number, apart: ReadonlySet<string> = new Set()): Spot[] {
  const alone = points.filter(({ id }) => apart.has(id)).map(single)
  const groups = grouped(points.filter(({ id }) => !apart.has(id)), zoom)
  return [
    ...groups.flatMap((group) => {
      const [only] = group.points
      if (group.points.length === 1 && only) return [single(only)]
      return zoom >= SPREAD_ZOOM ? spread(group, zoom) : [together(group)]
    }),
    ...alone,
  ]
}
