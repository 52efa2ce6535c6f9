import { element } from './element.js'
import { dayText, shareText, valueText } from './format.js'
import { sparkline } from './sparkline.js'
import { whyNull, windowText } from './words.js'

/** The last point of a series, as one object. */
export function lastPoint({ columns }) {
  const last = columns.date.length - 1
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[last]]))
}

/** What is to be known about a point, in short: provisional, incomplete. */
export function marks({ finality, coverage, value }) {
  return [
    finality === 'provisional' && element('span', { class: 'mark provisional' }, 'provisional'),
    value !== null &&
      coverage !== null &&
      coverage < 1 &&
      element(
        'span',
        { class: 'mark incomplete', title: 'share of the data it rests on that has been read' },
        `${shareText(coverage)} of data`,
      ),
  ].filter(Boolean)
}

/** What the drawing of a series shows, in words. */
export function seriesLabel(metric, { columns, window }) {
  const known = columns.value.filter((value) => value !== null)
  const open = columns.finality.filter((one) => one === 'provisional').length
  const gaps = columns.value.length - known.length
  const range = known.length
    ? `between ${valueText(Math.min(...known), metric)} and ${valueText(Math.max(...known), metric)}`
    : 'no data'
  return (
    `${metric.title}, ${windowText(window)}, ${dayText(columns.date[0])} to ${dayText(columns.date.at(-1))}: ${range}` +
    `${open ? `; ${open} days provisional` : ''}${gaps ? `; ${gaps} days without data` : ''}`
  )
}

/** One metric: its newest value and how it came there. A click asks for the proof. */
export function tile(metric, series, onProof) {
  const point = lastPoint(series)
  const value =
    point.value === null
      ? [element('span', { class: 'value none' }, 'no data'), element('span', { class: 'why' }, whyNull(point))]
      : [element('span', { class: 'value' }, valueText(point.value, metric))]
  return element(
    'article',
    { class: 'tile' },
    element(
      'h2',
      {},
      element(
        'button',
        { type: 'button', class: 'open', title: metric.definition, on: { click: onProof } },
        metric.title,
        element('span', { class: 'hint', 'aria-hidden': 'true' }, 'proof'),
      ),
    ),
    element('p', { class: 'reading' }, ...value),
    sparkline(series.columns, { width: 240, height: 56, label: seriesLabel(metric, series) }),
    element('p', { class: 'marks' }, ...marks(point)),
  )
}

/** A tile whose series is on its way, or did not arrive. */
export function emptyTile(metric, reason) {
  return element(
    'article',
    { class: reason ? 'tile' : 'tile waiting' },
    element('h2', {}, metric.title),
    element('p', { class: 'reading' }, element('span', { class: 'why' }, reason ?? 'loading …')),
  )
}
