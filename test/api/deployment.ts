import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { type AppOptions, createApp } from '../../functions/api/app.ts'
import { createKey, type Scope } from '../../functions/api/keys.ts'
import type { Api } from '../../functions/api/serving.ts'
import { customers, interactions, orders } from '../../functions/facts.ts'
import type { ConfigData } from '../../functions/kit/config.ts'
import { addDays, day, eachDay } from '../../functions/kit/day.ts'
import { type Metric, population, ratio, sum, total } from '../../functions/kit/metric.ts'
import { openDirectory } from '../../functions/store/directory.ts'
import type { Lake } from '../../functions/store/lake.ts'
import { type Annotation, keys, type SeriesChunk, type Snapshot } from '../../functions/store/rows.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import type { Item, Table } from '../../functions/store/table.ts'

export const metrics: readonly Metric[] = [
  ratio({
    id: 'customer_interaction_rate',
    title: 'Customer Interaction Rate',
    unit: 'percent',
    direction: 'up',
    definition: 'Interactions per 100 customers. It can exceed 100: it counts interactions, not people.',
    numerator: sum(interactions, 'count'),
    denominator: population(customers),
    per: 100,
    by: ['channel', 'kind'],
    group: 'interaction',
  }),
  total({
    id: 'revenue',
    title: 'Revenue',
    unit: 'money',
    direction: 'up',
    definition: 'What customers paid.',
    measure: sum(orders, 'amount', { kind: ['order', 'renewal', 'refund'] }),
    version: 2,
    group: 'commerce',
  }),
]

export const config: ConfigData = {
  timezone: 'Europe/Berlin',
  currency: 'EUR',
  windows: [1, 28, 'all'],
  weights: {},
  owners: {},
  kinds: [],
  engagement: {},
  churn: 'contractual',
  score: [],
  pointsCap: null,
  overlap: 28,
  targets: {},
  rates: [],
  sources: [
    {
      id: 'shop',
      name: 'shopify',
      streams: [
        { name: 'orders', kind: 'entity', facts: ['orders'], emits: [], settles: 3, past: true },
        { name: 'visits', kind: 'report', facts: ['traffic'], emits: [], settles: 0, past: true },
      ],
    },
    {
      id: 'mail',
      name: 'klaviyo',
      streams: [{ name: 'sends', kind: 'events', facts: ['sends'], emits: [], settles: 1, past: true }],
    },
  ],
}

/** Noon in UTC on the day after the newest snapshot. */
export const NOON = '2026-11-20T12:00:00.000Z'
export const NEWEST = day('2026-11-19')
export const OLDEST = day('2026-10-30')

/** A day without a snapshot, within the range. */
export const GAP = day('2026-11-05')

export interface Deployment {
  readonly api: Api
  readonly table: Table
  readonly lake: Lake
  readonly logged: Readonly<Record<string, string>>[]
  /** Moves the clock. */
  tick(ms: number): void
  key(scopes?: readonly Scope[], until?: Date): Promise<string>
  get(path: string, key?: string, headers?: Record<string, string>): Promise<Response>
}

/** An API over an empty store that vanishes with the test. */
export async function deploy(options: Partial<AppOptions> = {}): Promise<Deployment> {
  const home = await mkdtemp(join(tmpdir(), 'tidemark-api-'))
  const table = openSqlite(join(home, 'table.sqlite'))
  const lake = openDirectory(join(home, 'lake'))
  onTestFinished(async () => {
    await Promise.all([table.close(), lake.close()])
    await rm(home, { recursive: true })
  })
  let ms = Date.parse(NOON)
  const now = () => new Date(ms)
  const logged: Readonly<Record<string, string>>[] = []
  const api = createApp({
    store: { table, lake },
    config,
    metrics,
    now,
    version: '1.2.3',
    log: (entry) => logged.push(entry),
    ...options,
  })
  return {
    api,
    table,
    lake,
    logged,
    tick: (by) => {
      ms += by
    },
    key: async (scopes = ['metrics:read', 'ops:read'], until) =>
      (await createKey(table, { name: 'test', scopes, until, now: now() })).key,
    get: async (path, key, headers = {}) =>
      api.request(path, { headers: { ...(key && { Authorization: `Bearer ${key}` }), ...headers } }),
  }
}

const packed = (value: unknown) => new Uint8Array(zstdCompressSync(JSON.stringify(value)))

/** The snapshot that `fill` stores for a day. */
export function snapshotOf(date: string, overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    date: day(date),
    timezone: 'Europe/Berlin',
    revision: 3,
    finality: 'provisional',
    final_on: addDays(day(date), 3),
    computed_at: '2026-11-20T04:00:11Z',
    metrics: {
      customer_interaction_rate: {
        unit: 'percent',
        definition_version: 1,
        windows: {
          '1d': {
            value: 500,
            numerator: 1000,
            denominator: 200,
            finality: 'provisional',
            coverage: 1,
            by: { channel: { email: { value: 50, numerator: 100, denominator: 200 } } },
          },
        },
      },
      revenue: {
        unit: 'money',
        currency: 'EUR',
        definition_version: 2,
        windows: { '1d': { value: null, null_reason: 'source_missing', finality: 'provisional', coverage: 0.5 } },
      },
    },
    sources: [{ id: 'shop', status: 'ok', data_through: day(date), rows: 812, digest: 'sha256:00' }],
    warnings: [{ code: 'source_late', source: 'mail', effect: 'may rise' }],
    ...overrides,
  }
}

/** Stores one revision of a day and makes it the newest. */
export async function store(
  { table, lake }: Pick<Deployment, 'table' | 'lake'>,
  snapshot: Snapshot,
  { spilled = false }: { spilled?: boolean } = {},
): Promise<void> {
  const object = `snapshots/${snapshot.date}/${snapshot.revision}.json.zst`
  const body = packed(snapshot)
  if (spilled) await lake.put(object, body)
  await table.put({
    ...keys.revision(snapshot.date, snapshot.revision),
    revision: snapshot.revision,
    computed_at: snapshot.computed_at,
    cause: null,
    changed_metrics: [],
    finality: snapshot.finality,
    body: spilled ? null : body,
    object,
  })
  await table.put({ ...keys.head(snapshot.date), revision: snapshot.revision })
}

/** The annotation that `fill` stores; its id is the example of the document. */
export const QUIZ: Annotation = {
  id: '2026-11-10-01KADEMD00Q1Z2WEEK1YQ5X0TJ',
  date_from: day('2026-11-10'),
  date_to: day('2026-11-12'),
  title: 'Weekly quiz',
  text: null,
  tags: ['quiz'],
  url: null,
  channel: 'email',
  created_by: 'test',
  created_at: '2026-11-09T08:00:00.000Z',
}

/** Stores the series of `customer_interaction_rate` from `OLDEST` to `NEWEST`, without `GAP`; the last 3 days are open. */
export async function fill({ table, lake }: Pick<Deployment, 'table' | 'lake'>): Promise<void> {
  const days = eachDay(OLDEST, NEWEST).filter((one) => one !== GAP)
  const rows: Item[] = [...new Set(days.map((one) => one.slice(0, 7)))].map((month) => {
    const inMonth = days.filter((one) => one.startsWith(month))
    const chunk: SeriesChunk = {
      days: inMonth,
      value: inMonth.map((one) => (one === '2026-11-07' ? null : Number(one.slice(8)) * 10)),
      null_reason: inMonth.map((one) => (one === '2026-11-07' ? 'zero_denominator' : null)),
      numerator: inMonth.map((one) => Number(one.slice(8))),
      denominator: inMonth.map((one) => (one === '2026-11-07' ? 0 : 10)),
      final: inMonth.map((one) => one < addDays(NEWEST, -2)),
      coverage: inMonth.map((one) => (one === NEWEST ? 0.5 : 1)),
      revision: inMonth.map(() => 2),
      definition_version: inMonth.map(() => 1),
    }
    return { ...keys.series('customer_interaction_rate', '1d', month), body: packed(chunk) }
  })
  await table.batch([...rows, { ...keys.range(), from: OLDEST, to: NEWEST }])
  await store({ table, lake }, snapshotOf(NEWEST))
  await table.put({ ...keys.annotation(QUIZ.id), ...QUIZ })
  await store({ table, lake }, snapshotOf(addDays(NEWEST, -1), { revision: 1, computed_at: '2026-11-19T04:00:00Z' }))
}

/** The JSON of an answer; what is in it is for the test to assert. */
// biome-ignore lint/suspicious/noExplicitAny: a type would only repeat what is being tested
export const json = async (answer: Response | Promise<Response>): Promise<any> => (await answer).json()
