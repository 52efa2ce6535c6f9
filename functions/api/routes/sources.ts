import { createRoute } from '@hono/zod-openapi'
import * as z from 'zod'
import type { ConfigData } from '../../kit/config.ts'
import { day } from '../../kit/day.ts'
import { collectRows } from '../../store/collect-rows.ts'
import { asksVendor, type CredentialRow, type CursorRow, type HeldRow, keys, type RunRow } from '../../store/rows.ts'
import { answer } from '../answer.ts'
import { tableOf } from '../csv.ts'
import { format, text } from '../parameters.ts'
import { problem } from '../problem.ts'
import { readResponses, securedProblems } from '../responses.ts'
import { secured } from '../secured.ts'
import type { Api, Serving } from '../serving.ts'
import { actorOf, actors, expectedBy, mostUrgent, states, statuses, streamStatus, worst } from '../stream-status.ts'
import { VendorQuota, vendorQuotas } from '../vendor-quota.ts'

/** Runs looked at to find each stream's newest. */
const RECENT_RUNS = 100
/** Held parts listed per stream. */
const MOST_HELD = 100

/** The partition of held parts is the same for every day. */
const ANY_DAY = day('2000-01-01')

const NOTICE = "demo data: simulators play the vendors; these are not your company's figures"

const LastRun = z.object({
  id: z.string(),
  status: z.enum(['ok', 'empty', 'failed', 'held', 'parked', 'running', 'duplicate', 'accepted', 'remapped']),
  from: z.string(),
  to: z.string(),
  started: z.string(),
  ended: z.string().nullable(),
  records: z.int(),
  facts: z.int(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })).describe("'waiting': why it stands still"),
  quota: z
    .record(z.string(), z.number())
    .nullable()
    .describe('what is left at the vendor, or spent, where that is known'),
})

const status = z.enum(statuses)
const acts = z.enum(actors)

const Stream = z.object({
  name: z.string(),
  status: status.describe(
    Object.entries(states)
      .map(([name, means]) => `\`${name}\`: ${means}`)
      .join('; '),
  ),
  acts: acts.describe(
    'who brings it forward: `operator` runs this deployment, `author` wrote the source; with `nobody` it goes on by itself',
  ),
  data_through: z.string().nullable().describe('last day read; null before the first'),
  expected_by: z.string().nullable().describe('instant from which the day after counts as late'),
  settles_after_days: z.int().describe('days until the vendor stops changing a day'),
  last_success_at: z
    .string()
    .nullable()
    .describe('when the newest reading that succeeded ended; null before the first'),
  rows_quarantined: z.int().describe('records that the newest ended run could not read'),
  last_run: LastRun.nullable().describe('the newest, running or not'),
  held: z
    .array(z.object({ date: z.string(), rows: z.int(), rows_before: z.int(), read: z.string() }))
    .describe('days not let in, because they hold far fewer rows than what they would replace'),
})

const Source = z
  .object({
    id: z.string(),
    name: z.string().describe('the vendor'),
    status: status.describe('of its worst stream'),
    acts: acts.describe('who brings it forward; `operator` before `author`, where streams differ'),
    schedule: z
      .string()
      .nullable()
      .describe(
        "how often it is collected: 'daily', 'hourly' or EventBridge's cron, by the reporting zone's clock; null if nobody sees to it",
      ),
    next_run_at: z
      .string()
      .nullable()
      .describe(
        'when the next run is due; null where nobody knows: it may be started by hand, or outside this process',
      ),
    data_through: z
      .string()
      .nullable()
      .describe('the least of its streams that can be read yet; null if one has nothing'),
    expected_by: z.string().nullable().describe('the earliest of its streams'),
    settles_after_days: z.int().describe('the most of its streams'),
    last_success_at: z.string().nullable().describe('the earliest of its streams; null if one has never succeeded'),
    quota: z.array(VendorQuota).describe('what is left at the vendor; empty where no run has heard of any'),
    credential_expires_at: z
      .string()
      .nullable()
      .describe(
        'when its token runs out, as `tidemark doctor` heard it last; null where it does not, or where nobody knows',
      ),
    streams: z.array(Stream),
  })
  .meta({ id: 'Source' })

const Sources = z
  .object({
    timezone: z.string(),
    notice: z.string().nullable().describe('what every reader of these numbers has to know; null if there is nothing'),
    sources: z.array(Source),
  })
  .meta({ id: 'Sources' })

type SourceConfig = ConfigData['sources'][number]

/** `GET /v1/sources`, `GET /v1/sources/{id}` */
export function sources(api: Api, serving: Serving): void {
  list(api, serving)
  one(api, serving)
}

function list(api: Api, serving: Serving): void {
  const { config, demo } = serving
  const route = createRoute({
    method: 'get',
    path: '/v1/sources',
    operationId: 'listSources',
    summary: 'How fresh and complete each source is',
    ...secured(serving, 'ops:read'),
    request: { query: z.strictObject({ format }) },
    responses: readResponses('Every source.', Sources, securedProblems),
  })
  api.openapi(route, async (c) => {
    const body: z.output<typeof Sources> = {
      timezone: config.timezone,
      notice: demo ? NOTICE : null,
      sources: await Promise.all(config.sources.map((source) => describeSource(serving, source))),
    }
    return answer(c, JSON.stringify(body), 'provisional', { csv: () => tableOf(COLUMNS, rowsOf(body.sources)) })
  })
}

function one(api: Api, serving: Serving): void {
  const { config } = serving
  const id = text(24)
    .regex(/^[a-z][a-z0-9-]{0,23}$/, 'is no id of a source; expected a lower-case letter, then a-z, 0-9 and -')
    .meta({ description: 'id of a source, as listed by /v1/sources', example: config.sources[0]?.id ?? 'shop' })
  const route = createRoute({
    method: 'get',
    path: '/v1/sources/{id}',
    operationId: 'getSource',
    summary: 'How fresh and complete one source is',
    ...secured(serving, 'ops:read'),
    request: { params: z.object({ id }), query: z.strictObject({ format }) },
    responses: readResponses('The source.', Source, [...securedProblems, 'unknown-source']),
  })
  api.openapi(route, async (c) => {
    const { id: wanted } = c.req.valid('param')
    const source = config.sources.find((known) => known.id === wanted)
    if (!source) {
      return problem(c, 'unknown-source', { detail: `no source has the id '${wanted}'; GET /v1/sources lists them` })
    }
    const body = await describeSource(serving, source)
    return answer(c, JSON.stringify(body), 'provisional', { csv: () => tableOf(COLUMNS, rowsOf([body])) })
  })
}

const COLUMNS = [
  'source',
  'vendor',
  'stream',
  'status',
  'data_through',
  'expected_by',
  'settles_after_days',
  'rows_quarantined',
  'days_held',
  'last_run_status',
  'last_run_started',
  'last_run_ended',
  'error_code',
  'error_message',
  'acts',
  'schedule',
  'next_run_at',
  'credential_expires_at',
  'last_success_at',
] as const

/** A row for each stream. */
const rowsOf = (all: readonly z.output<typeof Source>[]) =>
  all.flatMap(({ id, name, streams, schedule, next_run_at, credential_expires_at }) =>
    streams.map(({ name: stream, last_run: run, held, ...said }) => ({
      source: id,
      vendor: name,
      stream,
      ...said,
      days_held: held.length,
      last_run_status: run?.status,
      last_run_started: run?.started,
      last_run_ended: run?.ended,
      error_code: run?.error?.code,
      error_message: run?.error?.message,
      schedule,
      next_run_at,
      credential_expires_at,
    })),
  )

async function describeSource(serving: Serving, source: SourceConfig): Promise<z.output<typeof Source>> {
  const { store, now, scheduleOf } = serving
  const { table } = store
  const expiry = keys.credential(source.id)
  const [cursors, runs, credential] = (await Promise.all([
    collectRows(table, keys.cursor(source.id, '').pk),
    collectRows(table, keys.run(source.id, '').pk, { reverse: true, limit: RECENT_RUNS }),
    table.get(expiry.pk, expiry.sk),
  ])) as [CursorRow[], RunRow[], CredentialRow | undefined]
  const schedule = scheduleOf(source)
  const streams = await Promise.all(
    source.streams.map((stream) =>
      describeStream(serving, source, stream, {
        cursor: cursors.find(({ sk }) => sk === stream.name),
        runs: runs.filter((run) => run.stream === stream.name && asksVendor(run)),
      }),
    ),
  )
  const expires = credential?.expires_at ?? null
  // What was read after the end was read with another token, whose end nobody has told.
  const isRenewed = expires !== null && streams.some(({ last_success_at: at }) => at !== null && at > expires)
  const begun = streams.filter(({ status }) => status !== 'pending')
  return {
    id: source.id,
    name: source.name,
    status: worst(streams.map(({ status }) => status)),
    acts: mostUrgent(streams.map(({ acts }) => acts)),
    schedule: schedule?.cadence ?? null,
    next_run_at: schedule?.next?.toISOString() ?? null,
    data_through: least(begun.map(({ data_through }) => data_through)),
    expected_by: least(begun.map(({ expected_by }) => expected_by)),
    settles_after_days: Math.max(0, ...streams.map(({ settles_after_days }) => settles_after_days)),
    last_success_at: least(begun.map(({ last_success_at }) => last_success_at)),
    quota: vendorQuotas(runs, now()),
    credential_expires_at: isRenewed ? null : expires,
    streams,
  }
}

/** The first in order; null if one is not known, or there is none. */
function least(of: readonly (string | null)[]): string | null {
  return of.includes(null) ? null : ([...of].sort()[0] ?? null)
}

async function describeStream(
  { store, config, now }: Serving,
  source: SourceConfig,
  stream: SourceConfig['streams'][number],
  { cursor, runs }: { cursor: CursorRow | undefined; runs: readonly RunRow[] },
): Promise<z.output<typeof Stream>> {
  const held = (await collectRows(store.table, keys.held(source.id, stream.name, ANY_DAY).pk, {
    limit: MOST_HELD,
  })) as HeldRow[]
  const ended = runs.find(({ status }) => status !== 'running')
  const status = streamStatus({
    kind: stream.kind,
    past: stream.past,
    cursor,
    lastRun: ended,
    heldParts: held.length,
    timezone: config.timezone,
    now: now(),
  })
  return {
    name: stream.name,
    status,
    acts: actorOf(status, ended),
    data_through: cursor?.through ?? null,
    expected_by: expectedBy(cursor?.through ?? null, config.timezone),
    settles_after_days: stream.settles,
    // Of a stream that has not been read for long, the cursor alone still tells.
    last_success_at: runs.find(({ status }) => status === 'ok' || status === 'empty')?.ended ?? cursor?.read ?? null,
    rows_quarantined: ended?.quarantined ?? 0,
    last_run: runs[0] ? describeRun(runs[0]) : null,
    held: held.map(({ sk, rows, before, read }) => ({ date: sk, rows, rows_before: before, read })),
  }
}

function describeRun({
  sk,
  status,
  from,
  to,
  started,
  ended,
  records,
  facts,
  error,
  warnings,
  quota,
}: RunRow): z.output<typeof LastRun> {
  return {
    id: sk,
    status,
    from,
    to,
    started,
    ended,
    records,
    facts,
    error,
    warnings: [...warnings],
    quota: quota && { ...quota },
  }
}
