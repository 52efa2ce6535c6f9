import { element } from './element.js'
import { arithmeticText, dayText, instantText, numberText, shareText, valueText } from './format.js'
import { sparkline } from './sparkline.js'
import { lastPoint, seriesLabel } from './tile.js'
import { sourceStates, whyNull, windowText } from './words.js'

const DAYS_LISTED = 14

/** What a number rests on. `snapshot` is of the last day of `series`; null where it could not be read, for `reason`. */
export function proof(metric, series, snapshot, reason) {
  const point = lastPoint(series)
  const money = metric.unit === 'money' ? ` in ${metric.currency}` : ''
  return [
    element(
      'header',
      {},
      element('h2', { id: 'proof-title' }, metric.title),
      element('button', { type: 'button', on: { click: ({ target }) => target.closest('dialog').close() } }, 'Close'),
    ),
    element('p', { class: 'definition' }, metric.definition),
    element(
      'p',
      { class: 'reading' },
      point.value === null
        ? element('span', { class: 'value none' }, `no data: ${whyNull(point)}`)
        : element('span', { class: 'value' }, valueText(point.value, metric, { exact: true })),
    ),
    element('p', { class: 'formula' }, element('code', {}, metric.formula)),
    arithmeticText(point, metric) &&
      element('p', { class: 'formula' }, element('code', {}, arithmeticText(point, metric))),
    facts([
      ['Day', dayText(point.date)],
      ['Looks back', windowText(series.window)],
      ['State', stateText(point, snapshot)],
      ['Data read', point.coverage === null ? 'none' : shareText(point.coverage)],
      ['Revision', point.revision === null ? 'none' : `${point.revision}${computedText(snapshot)}`],
      ['Definition', `version ${point.definition_version ?? metric.definition_version}, ${metric.unit}${money}`],
    ]),
    element(
      'figure',
      {},
      sparkline(series.columns, { width: 640, height: 140, label: metric.title }),
      element('figcaption', {}, seriesLabel(metric, series)),
    ),
    element('h3', {}, 'Sources on that day'),
    snapshot ? sourceTable(snapshot) : element('p', { class: 'why' }, reason),
    ...(snapshot?.warnings.length ? [element('h3', {}, 'Warnings'), warningList(snapshot)] : []),
    element('h3', {}, `The last ${DAYS_LISTED} days`),
    dayTable(metric, series),
  ].filter(Boolean)
}

function stateText({ finality }, snapshot) {
  if (finality === null) return 'no snapshot'
  if (finality === 'final') return 'final: every source has settled'
  return snapshot?.final_on
    ? `provisional: can still change, final from ${dayText(snapshot.final_on)} at the earliest`
    : 'provisional: can still change'
}

const computedText = (snapshot) => (snapshot ? `, computed ${instantText(snapshot.computed_at)}` : '')

function facts(pairs) {
  return element(
    'dl',
    { class: 'facts' },
    ...pairs.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  )
}

function table(caption, columns, rows) {
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells.map((cell) => element('td', {}, cell))))),
    ),
  )
}

function sourceTable({ sources }) {
  const rows = sources.map(({ id, status, data_through: through, rows, digest }) => [
    id,
    element('span', { class: `state ${status}` }, sourceStates[status]?.word ?? status),
    through === null ? 'nothing' : dayText(through),
    numberText(rows),
    element('code', { title: digest }, digest.replace(/^sha256:/, '').slice(0, 10)),
  ])
  return table('Sources of this day', ['Source', 'State', 'Data through', 'Rows', 'Digest'], rows)
}

function warningList({ warnings }) {
  return element(
    'ul',
    {},
    ...warnings.map(({ code, source, stream, effect, message }) =>
      element(
        'li',
        {},
        [source, stream].filter(Boolean).join(' ') + (source ? ': ' : ''),
        message ?? code.replaceAll('_', ' '),
        effect ? `; numbers that rest on it ${effect}` : '',
      ),
    ),
  )
}

function dayTable(metric, { columns }) {
  const from = Math.max(0, columns.date.length - DAYS_LISTED)
  const isRatio = metric.kind === 'ratio'
  const part = (value, inUnit) =>
    value === null
      ? '–'
      : inUnit && metric.unit === 'money'
        ? valueText(value, metric)
        : numberText(value, { exact: true })
  const rows = columns.date
    .map((date, i) => [
      dayText(date),
      columns.value[i] === null
        ? element(
            'span',
            { class: 'why' },
            `no data: ${whyNull({ null_reason: columns.null_reason[i], revision: columns.revision[i] })}`,
          )
        : valueText(columns.value[i], metric, { exact: true }),
      ...(isRatio ? [part(columns.numerator[i], true), part(columns.denominator[i], false)] : []),
      columns.finality[i] ?? '–',
      columns.coverage[i] === null ? '–' : shareText(columns.coverage[i]),
      columns.revision[i] === null ? '–' : String(columns.revision[i]),
    ])
    .slice(from)
    .reverse()
  const parts = isRatio ? ['Numerator', 'Denominator'] : []
  return table('Values by day', ['Day', 'Value', ...parts, 'State', 'Data read', 'Revision'], rows)
}
