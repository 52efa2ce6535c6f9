import type uPlot from 'uplot'
import { chosenSpan, panned, type Span, widthOf, zoomed } from './zoom.ts'

/** The part of the axis that is shown. */
export interface Viewport {
  readonly full: Span
  /** The least that is shown at once. */
  readonly least: number
  now(): Span
  show(span: Span): void
}

/** A wheel that turns without such a pause belongs to what it first turned over. */
const SAME_TURN_MS = 300

/** Zooms and pans by wheel, by one or two fingers, and by the mouse with shift; and returns how to stop that. */
export function attachGestures(u: uPlot, viewport: Viewport): () => void {
  const { full, least } = viewport
  const stop = new AbortController()
  const { signal } = stop
  const valueAt = (clientX: number) => u.posToVal(clientX - u.over.getBoundingClientRect().left, 'x')
  const perPixel = () => widthOf(viewport.now()) / u.over.clientWidth
  const zoom = (factor: number, at: number) => viewport.show(zoomed(viewport.now(), factor, at, full, least))

  // Whoever scrolls the page across the chart wants to scroll on.
  let turn = { at: 0, isOurs: false }
  addEventListener(
    'wheel',
    (event) => {
      const isNew = event.timeStamp - turn.at > SAME_TURN_MS
      turn = { at: event.timeStamp, isOurs: isNew ? u.over.contains(event.target as Node) : turn.isOurs }
    },
    { capture: true, passive: true, signal },
  )
  u.over.addEventListener(
    'wheel',
    (event) => {
      if (!turn.isOurs && !event.ctrlKey) return
      const before = viewport.now()
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        viewport.show(panned(before, event.deltaX * perPixel(), full))
      } else {
        zoom(1.0018 ** (event.deltaY * (event.deltaMode === 1 ? 30 : event.ctrlKey ? 4 : 1)), valueAt(event.clientX))
      }
      const now = viewport.now()
      // Where nothing is left to zoom out to, the page scrolls.
      if (event.ctrlKey || now.min !== before.min || now.max !== before.max) event.preventDefault()
    },
    { passive: false, signal },
  )

  const fingers = new Map<number, number>()
  const last = ({ pointerId, pointerType, shiftKey }: PointerEvent) =>
    pointerType === 'touch' || shiftKey ? fingers.get(pointerId) : undefined
  u.over.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType !== 'touch' && !event.shiftKey) return
      fingers.set(event.pointerId, event.clientX)
      if (event.pointerType !== 'touch') u.over.setPointerCapture(event.pointerId)
    },
    { signal },
  )
  u.over.addEventListener(
    'pointermove',
    (event) => {
      const before = last(event)
      if (before === undefined) return
      const others = [...fingers].filter(([id]) => id !== event.pointerId)
      fingers.set(event.pointerId, event.clientX)
      const other = others[0]?.[1]
      if (other === undefined) {
        viewport.show(panned(viewport.now(), (before - event.clientX) * perPixel(), full))
        return
      }
      const apart = Math.max(1, Math.abs(event.clientX - other))
      zoom(Math.max(1, Math.abs(before - other)) / apart, valueAt((event.clientX + other) / 2))
    },
    { signal },
  )
  for (const end of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
    u.over.addEventListener(end, ({ pointerId }) => fingers.delete(pointerId), { signal })
  }
  return () => stop.abort()
}

/** Shows what was dragged over. */
export function zoomToSelection(u: uPlot, { full, least, show }: Viewport): void {
  const { left, width } = u.select
  if (width < 4) return
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  show(chosenSpan(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'), full, least))
}

/** Zooms or pans as a key says; whether it did. */
export function moveByKey(key: string, isShifted: boolean, { full, least, now, show }: Viewport): boolean {
  const span = now()
  const step = widthOf(span) * (isShifted ? 0.5 : 0.1)
  const middle = (span.min + span.max) / 2
  const moved: Readonly<Record<string, () => Span>> = {
    '+': () => zoomed(span, 1 / 1.5, middle, full, least),
    '=': () => zoomed(span, 1 / 1.5, middle, full, least),
    '-': () => zoomed(span, 1.5, middle, full, least),
    ArrowLeft: () => panned(span, -step, full),
    ArrowRight: () => panned(span, step, full),
    Escape: () => full,
  }
  const move = moved[key]
  if (!move) return false
  show(move())
  return true
}
