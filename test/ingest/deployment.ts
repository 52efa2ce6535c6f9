import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { type IngestAnswer, type IngestEvent, ingest } from '../../functions/ingest/ingest.ts'
import { localFiles } from '../../functions/ingest/local-files.ts'
import { type Manifest, manifestKey, type RunRecord, runKey } from '../../functions/ingest/manifest.ts'
import { type ConfigInput, defineConfig } from '../../functions/kit/config.ts'
import { type Day, day } from '../../functions/kit/day.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { openDirectory } from '../../functions/store/directory.ts'
import { openEnv } from '../../functions/store/env.ts'
import { getJson, unpack } from '../../functions/store/json-object.ts'
import type { Store } from '../../functions/store/open.ts'
import { type CursorRow, type HeldRow, keys, type PartRow, type RunRow } from '../../functions/store/rows.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'

export const PEPPER = '5a'.repeat(32)

interface Given extends Omit<Partial<ConfigInput>, 'sources'> {
  readonly sources: ConfigInput['sources']
  readonly now: string
  /** Secrets, as environment variables. */
  readonly env?: Readonly<Record<string, string>>
  /** @default - a directory and a SQLite file of its own */
  readonly store?: () => Store
  /** What stands between ingest and the store. */
  readonly wrap?: (store: Store) => Store
  /** @default 'lambda' */
  readonly host?: string
}

type Event = Partial<Omit<IngestEvent, 'from' | 'to'>> & { readonly from?: string; readonly to?: string }

/** A deployment in a directory of its own, with a clock set by hand, that ingests what it is told. */
export interface Deployment extends AsyncDisposable {
  /** As it is on disk; ingest sees it through `wrap`. */
  readonly store: Store
  readonly home: string
  at(instant: string): void
  /** Milliseconds that an invocation says it has left, by how many pages it has read. @default 900000 */
  remaining: (pagesRead: number) => number
  /** One invocation, of the first source's `rows` unless told otherwise. */
  once(event?: Event): Promise<IngestAnswer>
  /** Invocations until it is neither `more` nor `wait`: the last answer, and how long it was told to wait. */
  ingest(event?: Event): Promise<IngestAnswer & { turns: number; waits: number[] }>
  parts(source?: string, stream?: string): Promise<Record<string, PartRow>>
  held(source?: string, stream?: string): Promise<Record<string, HeldRow>>
  cursor(source?: string, stream?: string): Promise<CursorRow | undefined>
  run(run: string | null, source?: string): Promise<RunRow>
  record(run: string | null): Promise<RunRecord>
  manifest(day: string, run: string | null, source?: string, stream?: string): Promise<Manifest>
  /** Rows of a fact that readers find by following the pointers. */
  rows(fact?: string, source?: string, stream?: string): Promise<Row[]>
  keys(prefix: string): Promise<string[]>
  /** Every byte of every file, decompressed, with its path. */
  dump(): Promise<{ path: string; text: string }[]>
}

export type Row = Readonly<Record<string, unknown>>

const orNull = (text: string | undefined): Day | null => (text === undefined ? null : day(text))

export async function deploy({
  sources,
  now,
  env = {},
  store: given,
  wrap = (same) => same,
  host = 'lambda',
  ...settings
}: Given) {
  const home = await mkdtemp(join(tmpdir(), 'tidemark-ingest-'))
  let ms = Date.parse(now)
  const clock = () => new Date(ms)
  const store: Store = given?.() ?? {
    lake: openDirectory(join(home, 'lake')),
    table: openSqlite(join(home, 'table.sqlite')),
    secrets: openEnv({ home, env: { TIDEMARK_PEPPER: PEPPER, ...env }, dotenv: join(home, 'none') }),
    close: async () => {
      await Promise.all([store.lake.close(), store.table.close()])
    },
  }
  const config = defineConfig({ timezone: 'UTC', currency: 'EUR', ...settings, sources })
  const first = sources[0]!.id
  const { lake, table } = store
  const byDay = <T extends { sk: string }>(rows: readonly unknown[]) =>
    Object.fromEntries((rows as T[]).map((row) => [row.sk, row]))

  const deployment: Deployment = {
    store,
    home,
    at: (instant) => {
      ms = Date.parse(instant)
    },
    remaining: () => 900_000,

    once({ source = first, stream = 'rows', from, to, force = false, state = null } = {}) {
      const holder = `${host}:${randomUUID()}`
      const deps = { store: wrap(store), config, now: clock, files: () => localFiles(home), holder }
      let pagesRead = 0
      const event = { source, stream, from: orNull(from), to: orNull(to), force, state }
      // As through the workflow: nothing but JSON.
      return ingest(deps, JSON.parse(JSON.stringify(event)), {
        awsRequestId: randomUUID(),
        getRemainingTimeInMillis: () => deployment.remaining(pagesRead),
        progress: ({ phase, pages }) => {
          if (phase === 'read') pagesRead = pages!
        },
      })
    },

    async ingest(event = {}) {
      const waits: number[] = []
      let answer = await deployment.once(event)
      let turns = 1
      for (; answer.status === 'more' || answer.status === 'wait'; turns++) {
        if (answer.status === 'wait') waits.push(answer.waitSeconds)
        answer = await deployment.once({ ...event, state: answer.state })
      }
      return { ...answer, turns, waits }
    },

    parts: async (source = first, stream = 'rows') =>
      byDay<PartRow>(await collectRows(table, keys.part(source, stream, '' as Day).pk)),
    held: async (source = first, stream = 'rows') =>
      byDay<HeldRow>(await collectRows(table, keys.held(source, stream, '' as Day).pk)),
    cursor: async (source = first, stream = 'rows') =>
      (await table.get(keys.cursor(source, stream).pk, stream)) as CursorRow | undefined,
    run: async (run, source = first) => (await table.get(keys.run(source, '').pk, run!)) as RunRow,
    record: async (run) => (await getJson<RunRecord>(lake, runKey(run!)))!,
    manifest: async (date, run, source = first, stream = 'rows') =>
      (await getJson<Manifest>(lake, manifestKey(source, stream, date as Day, run!)))!,

    async rows(fact = 'interactions', source = first, stream = 'rows') {
      const found: Row[] = []
      for (const { manifest } of Object.values(await deployment.parts(source, stream))) {
        const { facts } = (await getJson<Manifest>(lake, manifest))!
        for (const key of facts[fact]?.objects ?? []) {
          const text = (await unpack((await lake.get(key))!)).toString('utf8')
          for (const line of text.trimEnd().split('\n')) found.push(JSON.parse(line))
        }
      }
      return found
    },

    keys: async (prefix) => (await Array.fromAsync(lake.list(prefix))).map(({ key }) => key),

    async dump() {
      const entries = await readdir(home, { recursive: true, withFileTypes: true })
      return Promise.all(
        entries
          .filter((entry) => entry.isFile())
          .map(async (entry) => {
            const path = join(entry.parentPath, entry.name)
            const bytes = await readFile(path)
            return {
              path: path.slice(home.length + 1),
              text: (path.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes).toString('latin1'),
            }
          }),
      )
    },

    async [Symbol.asyncDispose]() {
      await store.close()
      await rm(home, { recursive: true, force: true })
    },
  }
  return deployment
}
