import type uPlot from 'uplot'
import type { Ink } from './ink.ts'
import type { SeriesData, Stretch } from './series-data.ts'
import type { Span } from './zoom.ts'

const STRIP = 4

/** What lies under the lines: days without data, hatched, and what was noted for some days. */
export function drawUnder(u: uPlot, data: SeriesData, notes: readonly Span[], ink: Ink): void {
  const { top, height } = u.bbox
  clipped(u, (ctx) => {
    for (const { min, max } of notes) {
      const [from, to] = across(u, min, max)
      ctx.fillStyle = ink.noteSoft
      ctx.fillRect(from, top, Math.max(1, to - from), height)
    }
    const hatch = hatching(ctx, ink.grid)
    for (const gap of data.gaps) {
      const [from, to] = acrossPoints(u, data, gap)
      ctx.fillStyle = hatch
      ctx.fillRect(from, top, to - from, height)
    }
  })
}

/** What lies over the lines: where data is incomplete, where the definition changed, and which day is chosen. */
export function drawOver(u: uPlot, data: SeriesData, chosen: number | null, ink: Ink): void {
  const { top, height } = u.bbox
  const scale = u.bbox.width / u.over.clientWidth
  clipped(u, (ctx) => {
    ctx.fillStyle = ink.amber
    for (const stretch of data.incomplete) {
      const [from, to] = acrossPoints(u, data, stretch)
      ctx.fillRect(from, top + height - STRIP * scale, to - from, STRIP * scale)
    }
    for (const i of data.redefined) upright(ctx, data.edges[i]!, ink.soft, [2, 4])
    if (chosen !== null) upright(ctx, data.x[chosen]!, ink.line, [])
  })

  function upright(ctx: CanvasRenderingContext2D, at: number, color: string, dash: number[]) {
    const x = Math.round(u.valToPos(at, 'x', true)) + 0.5
    ctx.strokeStyle = color
    ctx.lineWidth = scale
    ctx.setLineDash(dash.map((length) => length * scale))
    ctx.beginPath()
    ctx.moveTo(x, top)
    ctx.lineTo(x, top + height)
    ctx.stroke()
  }
}

const across = (u: uPlot, min: number, max: number): [number, number] => [
  u.valToPos(min, 'x', true),
  u.valToPos(max, 'x', true),
]

const acrossPoints = (u: uPlot, { edges }: SeriesData, { from, to }: Stretch) => across(u, edges[from]!, edges[to + 1]!)

function clipped(u: uPlot, draw: (ctx: CanvasRenderingContext2D) => void): void {
  const { left, top, width, height } = u.bbox
  u.ctx.save()
  u.ctx.beginPath()
  u.ctx.rect(left, top, width, height)
  u.ctx.clip()
  draw(u.ctx)
  u.ctx.restore()
}

function hatching(ctx: CanvasRenderingContext2D, color: string): CanvasPattern {
  const size = 8
  const tile = document.createElement('canvas')
  tile.width = size
  tile.height = size
  const pen = tile.getContext('2d')!
  pen.strokeStyle = color
  pen.lineWidth = 1.5
  pen.beginPath()
  for (const from of [-size, 0, size]) {
    pen.moveTo(from, size)
    pen.lineTo(from + size, 0)
  }
  pen.stroke()
  return ctx.createPattern(tile, 'repeat')!
}
