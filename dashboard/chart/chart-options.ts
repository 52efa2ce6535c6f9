import uPlot from 'uplot'
import { drawOver, drawUnder } from './draw-marks.ts'
import type { Viewport } from './gestures.ts'
import { zoomToSelection } from './gestures.ts'
import type { Ink } from './ink.ts'
import { dayOf, type SeriesData } from './series-data.ts'
import { valueRange } from './value-range.ts'
import type { Span } from './zoom.ts'

/** How numbers and days are written on the axes. */
export interface AxisText {
  value(value: number): string
  day(day: string): string
  month(day: string): string
}

export interface ChartContent {
  readonly data: SeriesData
  /** A line across; null for none. */
  readonly target: number | null
  /** What was noted, from when to when on the axis. */
  readonly notes: readonly Span[]
  readonly text: AxisText
  /** Steps of the vertical axis, where those of a count would not be round. */
  readonly steps?: readonly number[]
}

const DAY = 86_400
/** Its place among the series; nobody needs to point at it. */
const TARGET = 2
/** What a day needs on the axis, in pixels. */
const SPACE = 76
const DAYS = [1, 2, 3, 5, 7, 10, 15, 30, 60, 90, 120, 180, 365, 730, 1825].map((days) => days * DAY)

const stepOf = ({ x }: SeriesData): number => (x.length > 1 ? x[1]! - x[0]! : 0)

/** What uPlot is told to draw, at what size, and where it reports to. */
export function chartOptions(
  { data, target, notes, text, steps }: ChartContent,
  ink: Ink,
  viewport: Viewport,
  { width, height }: { readonly width: number; readonly height: number },
  on: { moved(u: uPlot): void; pointed(u: uPlot): void; chosen(): number | null },
): uPlot.Options {
  const hasValues = data.hollow.length > 0 || data.final.some((value) => value !== null)
  const axis = { stroke: ink.soft, font: ink.font, ticks: { show: false }, border: { show: false } }
  return {
    width,
    height,
    padding: [10, 28, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 4 },
      points: { size: (_, i) => (i === TARGET ? 0 : 9), width: 2, fill: ink.paper },
      bind: {
        // With shift, a drag pans.
        mousedown: (_, __, handle) => (event) => (event.shiftKey ? null : handle(event)),
        dblclick: () => () => {
          viewport.show(viewport.full)
          return null
        },
      },
    },
    scales: {
      x: { time: true, range: () => [viewport.now().min, viewport.now().max] },
      y: { range: (_, low, high) => valueRange(low, high) },
    },
    axes: [
      {
        ...axis,
        space: SPACE,
        size: 26,
        incrs: DAYS,
        // Weeks, months and quarters are named by their first days, wherever those fall.
        ...(stepOf(data) > DAY && {
          splits: (u: uPlot, _: number, min: number, max: number) => {
            const shown = data.x.filter((at) => min <= at && at <= max)
            const every = Math.ceil((shown.length * SPACE) / u.over.clientWidth) || 1
            return shown.filter((_, i) => i % every === 0)
          },
        }),
        grid: { show: false },
        values: (_, splits, __, ___, step) =>
          splits.map((at) => (Math.max(step, stepOf(data)) >= 28 * DAY ? text.month(dayOf(at)) : text.day(dayOf(at)))),
      },
      {
        ...axis,
        space: 36,
        ...(steps && { incrs: [...steps] }),
        grid: { stroke: ink.grid, width: 1 },
        values: (_, splits) => splits.map((at) => (hasValues ? text.value(at) : '')),
        size: (_, values) => 18 + 7 * Math.max(3, ...(values ?? []).map((one) => one.length)),
      },
    ],
    series: [
      {},
      { stroke: ink.soft, width: 1, alpha: 0.75, points: { show: false } },
      { stroke: ink.target, width: 1.5, dash: [8, 4], points: { show: false } },
      {
        stroke: ink.line,
        width: 2,
        dash: [3, 4],
        points: { show: false, size: 7, width: 1.6, fill: ink.paper, filter: () => [...data.hollow] },
      },
      {
        stroke: ink.line,
        width: 2,
        points: { size: 5, fill: ink.line, filter: (_, __, isRoomy) => (isRoomy ? null : [...data.alone]) },
      },
    ],
    data: [
      [...data.x],
      data.comparison ? [...data.comparison] : data.x.map(() => null),
      data.x.map(() => target),
      [...data.provisional],
      [...data.final],
    ],
    hooks: {
      drawClear: [(u) => drawUnder(u, data, notes, ink)],
      draw: [(u) => drawOver(u, data, on.chosen(), ink), on.moved],
      setCursor: [on.pointed],
      setSelect: [(u) => zoomToSelection(u, viewport)],
    },
  }
}
