import * as z from 'zod'
import { addDays, type Day } from '../../kit/day.ts'
import type { SnapshotBody } from '../snapshot-body.ts'
import { type Ask, Refusal, read } from './ask.ts'
import { type Described, described } from './described.ts'
import { dayInput, metric as metricInput, pathOf, window as windowInput } from './inputs.ts'
import { cautionOf, type Point } from './points.ts'
import { tool } from './tool.ts'

const MOST_METRICS = 20
/** How far back the newest complete day of a metric is looked for. */
const MOST_DAYS_BACK = 35

type Snapshot = z.output<typeof SnapshotBody>

interface Found {
  readonly about: Described
  readonly window: string
  latest: Point | null
  in_progress: Point | null
}

export const getSnapshot = tool({
  name: 'get_snapshot',
  title: 'Get a snapshot',
  description: `Values of some metrics. Without a date: 'latest' is each metric's newest complete value (looked for over ${MOST_DAYS_BACK} days), with its own date; 'in_progress' is the newest day's value where that is not complete yet, and must not be read as a drop. With a date: the values of that day, under 'latest' where they are complete, else under 'in_progress'.`,
  input: z.strictObject({
    metrics: z.array(metricInput).min(1).max(MOST_METRICS),
    date: dayInput('the day; newest values if absent'),
    window: windowInput,
    as_of: z
      .string()
      .max(40)
      .describe('with a date: the values as they were known at that instant (RFC 3339)')
      .optional(),
  }),
  async answer({ metrics, date, window, as_of }, ask) {
    if (as_of !== undefined && date === undefined) throw new Refusal('as_of needs a date')
    const found = await Promise.all([...new Set(metrics)].map((id) => find(ask, id, window)))
    let day = date ?? (await newestDay(ask))
    let open = found
    const first = await readDay(ask, day, open, as_of)
    fill(first, open)
    for (let back = 1; date === undefined && back <= MOST_DAYS_BACK; back++) {
      open = open.filter(({ latest }) => latest === null)
      day = addDays(day as Day, -1)
      if (open.length === 0) break
      const earlier = await readDay(ask, day, open).catch(noSnapshot)
      if (earlier) fill(earlier, open)
    }
    const { timezone, sources, warnings } = first
    return {
      timezone,
      newest_day: first.date,
      finality: first.finality,
      final_on: first.final_on,
      metrics: found.map(({ about, window: of, latest, in_progress }) => ({
        ...about,
        window: of,
        latest,
        in_progress,
      })),
      sources,
      warnings,
    }
  },
})

async function find(ask: Ask, id: string, window: string | undefined): Promise<Found> {
  const about = await described(ask, id)
  const chosen = window ?? about.windows[0]!
  if (!about.windows.includes(chosen)) {
    throw new Refusal(`${chosen} is no window of ${id}; expected ${about.windows.join(', ')}`)
  }
  return { about, window: chosen, latest: null, in_progress: null }
}

async function newestDay(ask: Ask): Promise<string> {
  const { snapshots } = await read<{ snapshots: { to: string } | null }>(ask, '/v1/metrics?limit=1')
  if (!snapshots) throw new Refusal('no snapshot has been computed yet')
  return snapshots.to
}

function readDay(ask: Ask, day: string, open: readonly Found[], asOf?: string): Promise<Snapshot> {
  const metrics = open.map(({ about }) => about.metric).join(',')
  return read<Snapshot>(ask, pathOf(`/v1/snapshots/${encodeURIComponent(day)}`, { metrics, as_of: asOf }))
}

/** A day in between may never have been computed. */
function noSnapshot(error: unknown): null {
  if (error instanceof Refusal && error.status === 404) return null
  throw error
}

function fill(snapshot: Snapshot, open: readonly Found[]): void {
  for (const one of open) {
    const metric = snapshot.metrics[one.about.metric]
    const found = metric?.windows[one.window]
    if (!metric || !found) continue
    const { value, null_reason, numerator, denominator, finality, coverage, low_sample } = found
    const cautions = [cautionOf({ finality, coverage }), low_sample && 'too few cases to act on a change'].filter(
      Boolean,
    )
    const point: Point = {
      date: snapshot.date,
      value,
      ...(null_reason && { null_reason }),
      ...(typeof numerator === 'number' && { numerator }),
      ...(typeof denominator === 'number' && { denominator }),
      finality,
      coverage,
      definition_version: metric.definition_version,
      ...(cautions.length > 0 && { caution: cautions.join('; ') }),
    }
    if (finality === 'final') one.latest = point
    else one.in_progress ??= point
  }
}
