/** The signs of the map, drawn here from the same outlines as in the text; nothing is fetched. */
import { FIGURE_Y, PRIORITIES, SHAPES, type Priority } from '@/ui/levels'

export const levelImage = (priority: Priority) => `level-${priority}`

/** On the map the levels are those of the dark theme: the map is always dark. */
export const MAP_LEVELS: Readonly<Record<Priority, string>> = { 1: '#ff5a5f', 2: '#ff9a3d', 3: '#ffdb4d', 4: '#6db1ff' }
const INK: Readonly<Record<Priority, string>> = { 1: '#1b0506', 2: '#1f0f00', 3: '#1c1c1c', 4: '#04152b' }

const SIZE = 26
const RATIO = 2

function drawLevel(priority: Priority): ImageData | null {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE * RATIO
  const pen = canvas.getContext('2d')
  if (!pen) return null
  pen.scale(RATIO, RATIO)
  drawSign(pen, priority, SIZE / 2, SIZE / 2)
  return pen.getImageData(0, 0, canvas.width, canvas.height)
}

/** Draw the sign of a level round a point, 26 pixels wide. */
export function drawSign(pen: CanvasRenderingContext2D, priority: Priority, x: number, y: number): void {
  pen.save()
  pen.translate(x - 12, y - 12)
  const shape = new Path2D(SHAPES[priority])
  pen.fillStyle = MAP_LEVELS[priority]
  pen.strokeStyle = '#0b1413'
  pen.lineWidth = 1.5
  pen.fill(shape)
  pen.stroke(shape)
  pen.fillStyle = INK[priority]
  pen.font = '700 13px "Noto Sans SC", sans-serif'
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(String(priority), 12, FIGURE_Y[priority] + 0.5)
  pen.restore()
}

interface TakesImages {
  hasImage: (id: string) => boolean
  addImage: (id: string, image: ImageData, options: { pixelRatio: number }) => unknown
}

export function addLevelImages(map: TakesImages): void {
  for (const priority of PRIORITIES) {
    const id = levelImage(priority)
    const image = map.hasImage(id) ? null : drawLevel(priority)
    if (image) map.addImage(id, image, { pixelRatio: RATIO })
  }
}
