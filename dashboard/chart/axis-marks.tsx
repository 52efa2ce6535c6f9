import { useReader } from '../locale/reader.ts'
import { placeMarks } from './mark-lanes.ts'
import { type Span, widthOf } from './zoom.ts'

/** Something noted for some days, where it lies on the axis. */
export interface AxisNote extends Span {
  readonly id: string
  readonly title: string
  /** Its title and days, in words. */
  readonly label: string
}

export interface AxisMarksProps {
  readonly notes: readonly AxisNote[]
  /** Which part of the axis is shown, and where on the page it lies. */
  readonly frame: { readonly span: Span; readonly left: number; readonly width: number }
  open(ids: readonly string[]): void
}

const LANES = 3
const LANE_HEIGHT = 28
/** Below it, no title can be read. */
const LEAST_TEXT = 44

/** What was noted for the days that a chart shows, below its axis; each can be chosen. */
export function AxisMarks({ notes, frame: { span, left, width }, open }: AxisMarksProps) {
  const { words, format } = useReader()
  const at = (value: number) => ((value - span.min) / widthOf(span)) * width
  const extents = notes
    .filter(({ min, max }) => max > span.min && min < span.max)
    .map(({ id, min, max }) => {
      const from = Math.max(0, at(min))
      return { id, left: from, width: Math.min(width, at(max)) - from }
    })
  const placed = placeMarks(extents, width, LANES)
  const shortText = (of: readonly AxisNote[], width: number) => {
    if (of.length === 1) return width < LEAST_TEXT ? '' : of[0]!.title
    const number = format.number(of.length)
    return width < LEAST_TEXT ? number : words.metric.notesHere(number)
  }
  const lanes = 1 + Math.max(-1, ...placed.map(({ lane }) => lane))
  return (
    <ul
      class="axis-marks"
      aria-label={words.metric.notes}
      style={{ marginLeft: `${left}px`, width: `${width}px`, height: `${lanes * LANE_HEIGHT}px` }}
    >
      {placed.map(({ ids, lane, left, width }) => {
        const of = notes.filter(({ id }) => ids.includes(id))
        const label = of.map((note) => note.label).join('; ')
        return (
          <li key={ids[0]} style={{ left: `${left}px`, top: `${lane * LANE_HEIGHT}px`, width: `${width}px` }}>
            <button type="button" title={label} aria-label={label} onClick={() => open(ids)}>
              <span dir="auto">{shortText(of, width)}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
