import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ComputeAnswer, createComputeHandler } from '../../functions/compute/handler.ts'
import { type IngestAnswer, ingest } from '../../functions/ingest/ingest.ts'
import { type Config, type ConfigInput, configData, defineConfig } from '../../functions/kit/config.ts'
import { type Day, day } from '../../functions/kit/day.ts'
import type { Invocation } from '../../functions/kit/invocation.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { openDirectory } from '../../functions/store/directory.ts'
import { openEnv } from '../../functions/store/env.ts'
import { localHolder } from '../../functions/store/lease.ts'
import type { Store } from '../../functions/store/open.ts'
import { readSnapshot } from '../../functions/store/read-snapshot.ts'
import { keys, type RevisionRow, type Snapshot } from '../../functions/store/rows.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import type { Vendor } from './vendor.ts'

/** A config whose sources are fake vendors. */
export interface TestConfig extends Omit<Partial<ConfigInput>, 'sources'> {
  readonly vendors: readonly Pick<Vendor, 'source'>[]
}

/** Days as text; absent means null, which lets the handler decide. */
export interface Days {
  readonly from?: string
  readonly to?: string
}

/** A deployment in a directory of its own, run by hand. */
export interface Deployment extends AsyncDisposable {
  readonly store: Store
  readonly home: string
  readonly config: Config
  /** Moves the clock to an instant. */
  at(instant: string): void
  /** Replaces the config; what was collected and computed stays. */
  reconfigure(config: TestConfig): void
  /** Milliseconds that an invocation says it has left. @default 900000, less nothing */
  remaining: () => number
  /** Reads every stream (or those of one source) once, as often as it takes; throws what the reading met. */
  collect(days?: Days & { source?: string; stream?: string; force?: boolean }): Promise<IngestAnswer[]>
  /** Computes until done; counts add up over the turns. */
  compute(days?: Days): Promise<ComputeAnswer>
  /** One invocation of compute. */
  computeOnce(days?: Days): Promise<ComputeAnswer>
  /** The newest snapshot of a day. */
  snapshot(date: string): Promise<Snapshot>
  /** Every revision of a day, oldest first. */
  revisions(date: string): Promise<RevisionRow[]>
  /** Every key of the lake that begins with `prefix`. */
  objects(prefix: string): Promise<string[]>
}

const orNull = (text: string | undefined): Day | null => (text === undefined ? null : day(text))

/** Opens an empty deployment whose clock stands at `now`; it vanishes when it goes out of scope. */
export async function deploy(given: TestConfig, now: string): Promise<Deployment> {
  const home = await mkdtemp(join(tmpdir(), 'tidemark-compute-'))
  let ms = Date.parse(now)
  const clock = () => new Date(ms)
  const store: Store = {
    lake: openDirectory(join(home, 'lake')),
    table: openSqlite(join(home, 'table.sqlite'), { now: () => ms }),
    secrets: openEnv({ home, env: { TIDEMARK_PEPPER: '5a'.repeat(32) }, dotenv: join(home, 'none') }),
    close: async () => {
      await Promise.all([store.lake.close(), store.table.close()])
    },
  }
  let config = configOf(given)
  const host = localHolder()
  const invocation = (): Invocation => ({
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => deployment.remaining(),
  })
  const files = () => ({
    open: () => {
      throw new Error('fake vendors open no files')
    },
  })

  const deployment: Deployment = {
    store,
    home,
    get config() {
      return config
    },
    at: (instant) => {
      ms = Date.parse(instant)
    },
    reconfigure: (next) => {
      config = configOf(next)
    },
    remaining: () => 900_000,

    async collect({ from, to, source, stream, force = false } = {}) {
      const answers: IngestAnswer[] = []
      for (const { id, streams } of config.sources.filter(({ id }) => source === undefined || id === source)) {
        for (const name of Object.keys(streams).filter((name) => stream === undefined || name === stream)) {
          let answer: IngestAnswer | undefined
          do {
            const event = { source: id, stream: name, from: orNull(from), to: orNull(to), force }
            const holder = `${host}:${randomUUID()}`
            const deps = { store, config, now: clock, files, holder }
            answer = await ingest(deps, { ...event, state: answer?.state ?? null }, invocation())
          } while (answer.status === 'more')
          answers.push(answer)
        }
      }
      return answers
    },

    computeOnce: ({ from, to } = {}) =>
      createComputeHandler({ store, config: configData(config), now: clock, host })(
        { task: 'compute', from: orNull(from), to: orNull(to) },
        invocation(),
      ),

    async compute(days = {}) {
      let answer = await deployment.computeOnce(days)
      while (answer.status === 'more') {
        const next = await deployment.computeOnce(days)
        answer = {
          ...next,
          computed: answer.computed + next.computed,
          revisions: answer.revisions + next.revisions,
          changed: [...answer.changed, ...next.changed],
        }
      }
      return answer
    },

    async snapshot(date) {
      const found = await readSnapshot(store, day(date))
      if (!found) throw new Error(`there is no snapshot of ${date}`)
      return found
    },

    async revisions(date) {
      const rows = await collectRows(store.table, keys.head(day(date)).pk, { from: 'revision' })
      return rows as RevisionRow[]
    },

    objects: async (prefix) => (await Array.fromAsync(store.lake.list(prefix))).map(({ key }) => key),

    async [Symbol.asyncDispose]() {
      await store.close()
      await rm(home, { recursive: true, force: true })
    },
  }
  return deployment
}

function configOf({ vendors, ...settings }: TestConfig): Config {
  return defineConfig({
    timezone: 'Europe/Berlin',
    currency: 'EUR',
    ...settings,
    sources: vendors.map(({ source }) => source),
  })
}
