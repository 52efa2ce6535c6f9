import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { useReader } from '../locale/reader.ts'
import { AxisMarks, type AxisNote } from './axis-marks.tsx'
import { type AxisText, chartOptions } from './chart-options.ts'
import { attachGestures, moveByKey, type Viewport } from './gestures.ts'
import { inkOf, useScheme } from './ink.ts'
import type { SeriesData } from './series-data.ts'
import { isAll, type Span, widthOf } from './zoom.ts'

export interface LineChartProps {
  readonly data: SeriesData
  /** A line across; null for none. */
  readonly target: number | null
  readonly notes: readonly AxisNote[]
  /** The index of the day that is told of; null where it is not among the points. */
  readonly chosen: number | null
  readonly text: AxisText
  /** Steps of the vertical axis, where those of a count would not be round. */
  readonly steps?: readonly number[]
  /** What is drawn, in words. */
  readonly label: string
  /** What is told of a point that is pointed at. */
  tip(index: number): ComponentChildren
  choose(index: number): void
  openNotes(ids: readonly string[]): void
}

interface Frame {
  readonly span: Span
  readonly left: number
  readonly width: number
}

interface Pointed {
  readonly index: number
  readonly left: number
}

const HEIGHT = 300
const NARROW_HEIGHT = 230
/** A second click within it makes a double click, which shows everything. */
const DOUBLE_CLICK_MS = 280

/**
 * Series over days: what is final as a line, what is provisional dashed and hollow, days without data hatched, incomplete
 * ones with a strip below. It zooms and pans by mouse, fingers and keys without asking for anything.
 */
export function LineChart(props: LineChartProps) {
  const { data, target, notes, chosen, text, steps, label, tip, openNotes } = props
  const { words } = useReader()
  const host = useRef<HTMLDivElement>(null)
  const [frame, setFrame] = useState<Frame | null>(null)
  const [pointed, setPointed] = useState<Pointed | null>(null)
  const scheme = useScheme()
  const viewport = useViewport(data)
  const choose = useRef(props.choose)
  choose.current = props.choose
  // Another day is chosen far more often than another series: that draws a line, and nothing else.
  const marked = useRef(chosen)
  marked.current = chosen
  const chart = useRef<uPlot | null>(null)
  useEffect(() => chart.current?.redraw(false), [chosen])

  // The scheme stands for the colours, which are read anew.
  useEffect(() => {
    const element = host.current!
    const size = () => ({ width: element.clientWidth, height: element.clientWidth < 500 ? NARROW_HEIGHT : HEIGHT })
    const content = { data, target, notes, text, ...(steps && { steps }) }
    const u = new uPlot(
      chartOptions(content, inkOf(element), viewport, size(), {
        moved: (u) => setFrame({ span: viewport.now(), left: u.over.offsetLeft, width: u.over.clientWidth }),
        chosen: () => marked.current,
        pointed: ({ cursor: { idx, left } }) =>
          setPointed(idx === null || idx === undefined || left === undefined || left < 0 ? null : { index: idx, left }),
      }),
      undefined,
      element,
    )
    chart.current = u
    viewport.draws(() => u.setScale('x', viewport.now() as { min: number; max: number }))
    const detach = attachGestures(u, viewport)
    let timer: ReturnType<typeof setTimeout> | undefined
    u.over.addEventListener('click', ({ detail, shiftKey }) => {
      clearTimeout(timer)
      const index = u.cursor.idx
      if (detail > 1 || shiftKey || typeof index !== 'number') return
      timer = setTimeout(() => choose.current(index), DOUBLE_CLICK_MS)
    })
    const resized = new ResizeObserver(() => element.clientWidth > 0 && u.setSize(size()))
    resized.observe(element)
    return () => {
      clearTimeout(timer)
      resized.disconnect()
      detach()
      setPointed(null)
      chart.current = null
      u.destroy()
    }
  }, [data, target, notes, text, steps, viewport, scheme])

  const isZoomed = frame !== null && !isAll(frame.span, viewport.full)
  const press = (key: string) => () => void moveByKey(key, false, viewport)
  return (
    <div class="line-chart" dir="ltr">
      <div class="chart-zoom no-print">
        <span class="soft">{words.metric.zoomHint}</span>
        <button type="button" aria-label={words.metric.zoomIn} title={words.metric.zoomIn} onClick={press('+')}>
          +
        </button>
        <button
          type="button"
          aria-label={words.metric.zoomOut}
          title={words.metric.zoomOut}
          disabled={!isZoomed}
          onClick={press('-')}
        >
          −
        </button>
        <button type="button" disabled={!isZoomed} onClick={press('Escape')}>
          {words.metric.zoomReset}
        </button>
      </div>
      <div class="chart-area">
        <div
          ref={host}
          class="chart-canvas"
          role="img"
          aria-label={label}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what zooms and pans must do so by keyboard (WCAG 2.1.1)
          tabIndex={0}
          data-from={frame?.span.min}
          data-to={frame?.span.max}
          onKeyDown={(event) => {
            const { key, shiftKey, ctrlKey, metaKey, altKey } = event
            if (!ctrlKey && !metaKey && !altKey && moveByKey(key, shiftKey, viewport)) event.preventDefault()
          }}
        />
        {frame && pointed && (
          <div
            class="tip"
            style={
              pointed.left > frame.width / 2
                ? { right: `calc(100% - ${frame.left + pointed.left - 12}px)` }
                : { left: `${frame.left + pointed.left + 12}px` }
            }
          >
            {tip(pointed.index)}
          </div>
        )}
      </div>
      {frame && notes.length > 0 && <AxisMarks notes={notes} frame={frame} open={openNotes} />}
    </div>
  )
}

/** The part of the axis that is shown; of other days it is all of them. */
function useViewport({ edges, x }: SeriesData): Viewport & { draws(draw: () => void): void } {
  const [from, to, points] = [edges[0] ?? 0, edges.at(-1) ?? 1, x.length]
  return useMemo(() => {
    const full = { min: from, max: to }
    let span: Span = full
    let draw = () => {}
    return {
      full,
      least: (widthOf(full) / Math.max(1, points)) * 4,
      now: () => span,
      show(next) {
        span = next
        draw()
      },
      draws(how) {
        draw = how
      },
    }
  }, [from, to, points])
}
