import { element } from './element.js'
import { dayText, instantText, numberText } from './format.js'
import { capital, sourceStates, whoActs } from './words.js'

const state = (status) => element('span', { class: `state ${status}` }, sourceStates[status]?.word ?? status)

/** One line on how all sources are. */
export function sourcesSummary({ sources }) {
  const unwell = sources.filter(({ status }) => status !== 'ok')
  if (unwell.length === 0) return `All ${sources.length} sources are up to date.`
  const named = unwell.map(({ id, status }) => `${id} (${sourceStates[status]?.word ?? status})`)
  return `${unwell.length} of ${sources.length} sources need a look: ${named.join(', ')}.`
}

/** Every source with its streams; those that are not well are open. */
export function sourceList({ sources }) {
  return sources.map(({ id, name, status, data_through: through, streams }) =>
    element(
      'details',
      { class: 'source', open: status !== 'ok' },
      element(
        'summary',
        {},
        element('strong', {}, id),
        name === id ? null : element('span', { class: 'vendor' }, name),
        state(status),
        element('span', { class: 'through' }, through === null ? 'incomplete' : `through ${dayText(through)}`),
      ),
      element('ul', {}, ...streams.map(streamItem)),
    ),
  )
}

function streamItem({
  name,
  status,
  data_through: through,
  expected_by: expected,
  settles_after_days: settles,
  ...rest
}) {
  const { held, rows_quarantined: quarantined, last_run: run } = rest
  const lines = [
    sourceStates[status]?.sentence,
    run?.error && `${capital(run.error.message)}. ${whoActs[run.error.code] ?? ''}`,
    ...waits(run).map((message) => `It waits: ${message}.`),
    through === null ? 'No day has been read.' : `Read through ${dayText(through)}.`,
    status === 'late' && expected && `The next day was expected by ${instantText(expected)}.`,
    settles > 0 && `The vendor may change a day for ${settles} ${settles === 1 ? 'day' : 'days'} after it ended.`,
    quarantined > 0 && `${numberText(quarantined)} records could not be read and were set aside.`,
    ...held.map(
      ({ date, rows, rows_before: before }) =>
        `${dayText(date)} is held back: ${numberText(rows)} rows, after ${numberText(before)} before.`,
    ),
    run && lastRunText(run),
  ]
  return element(
    'li',
    {},
    element('h3', {}, name, ' ', state(status)),
    ...lines.filter(Boolean).map((line) => element('p', {}, line)),
  )
}

/** Why the newest run stands still, if it does. */
const waits = (run) => (run?.warnings ?? []).filter(({ code }) => code === 'waiting').map(({ message }) => message)

function lastRunText({ status, started, records, facts }) {
  if (status === 'running') return `A run is under way since ${instantText(started)}.`
  return `Last run ${instantText(started)}: ${numberText(records)} records, ${numberText(facts)} facts.`
}
