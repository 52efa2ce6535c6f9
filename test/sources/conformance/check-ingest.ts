import { expect } from 'vitest'
import { facts } from '../../../functions/facts.ts'
import type { Day } from '../../../functions/kit/day.ts'
import type { Page } from '../../../functions/kit/page.ts'
import type { Source, Stream } from '../../../functions/kit/source.ts'
import type { Deployment } from '../../ingest/deployment.ts'
import { type Account, type Check, type Conformed, isSkip, type Played, play } from './conformed.ts'
import { deployConformed, eventOf } from './deploy-conformed.ts'
import { readConformed, waysToRead } from './read-conformed.ts'

/** Digests of what readers find by following the pointers, by day. */
async function committed(deployed: Deployment, stream: string) {
  const parts = Object.entries(await deployed.parts(undefined, stream))
  return Object.fromEntries(parts.map(([day, { digest, rows }]) => [day, { digest, rows }]))
}

/** Rows of the facts, each once, whichever run read them. */
async function rowsOf(deployed: Deployment, { facts: declared }: Stream, stream: string): Promise<string[]> {
  const names = declared ?? Object.keys(facts)
  const rows = await Promise.all(names.map((fact) => deployed.rows(fact, undefined, stream)))
  return [...new Set(rows.flat().map(({ run, ...row }) => JSON.stringify(row)))].sort()
}

/** A stream that goes through the real ingest. */
export function checkIngest(given: Conformed, name: string): Check[] {
  const { empty, pages = 2 } = given.streams[name]!

  interface With {
    /** @default - the source of the account */
    readonly source?: Source
    /** @default false */
    readonly onDisk?: boolean
  }
  const commits = (
    account: Account,
    work: (deployed: Deployment, played: Played) => Promise<void>,
    { source, onDisk = false }: With = {},
  ) =>
    play(given.start(account), async (played) => {
      await using deployed = await deployConformed(given, played, { source: source ?? given.source(played), onDisk })
      await work(deployed, played)
    })

  /** What the long account comes to, read by nobody disturbed. */
  async function undisturbed(): Promise<Awaited<ReturnType<typeof committed>>> {
    let found: Awaited<ReturnType<typeof committed>> = {}
    await commits('long', async (deployed) => {
      expect(await deployed.ingest(eventOf(given, name, 'long'))).toMatchObject({ status: 'ok', quarantined: 0 })
      found = await committed(deployed, name)
    })
    expect(Object.values(found).some(({ rows }) => rows > 0)).toBe(true)
    return found
  }
  let known: ReturnType<typeof undisturbed> | undefined
  const rightParts = () => {
    known ??= undisturbed()
    return known
  }

  async function repeats(): Promise<void> {
    const twice = async (deployed: Deployment, played: Played) => {
      const stream = given.source(played).streams[name]!
      const event = eventOf(given, name, 'recorded')
      expect(await deployed.ingest(event)).toMatchObject({ status: 'ok', quarantined: 0 })
      const first = await rowsOf(deployed, stream, name)
      // After the full list come parts of what changed, which are the same from then on.
      if (stream.kind === 'entity') await deployed.ingest(event)
      const before = await committed(deployed, name)
      await deployed.ingest(event)
      expect(await committed(deployed, name)).toEqual(before)
      expect(await rowsOf(deployed, stream, name)).toEqual(first)
    }
    await commits('recorded', twice, { onDisk: true })
  }

  async function isEmpty(): Promise<void> {
    await commits('empty', async (deployed) => {
      const done = await deployed.ingest(eventOf(given, name, 'empty'))
      expect(done).toMatchObject({ status: 'empty', facts: 0, quarantined: 0 })
    })
  }

  async function isUnordered(): Promise<void> {
    const right = await rightParts()
    const shuffled = await play(given.start('long'), async (played) => {
      const { pages, through } = await readConformed(given, played, name, waysToRead(given, played, name)[0])
      return inDisorder(given.source(played), name, pages, through)
    })
    await commits(
      'long',
      async (deployed) => {
        expect(await deployed.ingest(eventOf(given, name, 'long'))).toMatchObject({ status: 'ok', quarantined: 0 })
        expect(await committed(deployed, name)).toEqual(right)
      },
      { source: shuffled },
    )
  }

  async function stopsAfterEveryPage(): Promise<void> {
    const right = await rightParts()
    await commits('long', async (deployed) => {
      deployed.remaining = (read) => (read > 0 ? 0 : 900_000)
      const done = await deployed.ingest(eventOf(given, name, 'long'))
      expect(done.status).toBe('ok')
      if (typeof pages === 'number') expect(done.turns).toBeGreaterThanOrEqual(pages)
      expect(await committed(deployed, name)).toEqual(right)
    })
  }

  async function waits(): Promise<void> {
    const right = await rightParts()
    await commits('long', async (deployed, played) => {
      // Less than a second of patience, so that no invocation sits the second out that is asked for.
      deployed.remaining = () => 60_900
      played.fail({ kind: 'too_many_retry_after', times: Number.POSITIVE_INFINITY })
      const event = eventOf(given, name, 'long')
      let told = await deployed.once(event)
      for (let turns = 1; told.status === 'more'; turns++) {
        expect(turns).toBeLessThan(40)
        told = await deployed.once({ ...event, state: told.state })
      }
      expect(told.status).toBe('wait')
      expect(told.waitSeconds).toBeGreaterThanOrEqual(60)
      expect((await deployed.run(told.run)).status).toBe('running')
      expect(await committed(deployed, name)).toEqual({})
      played.heal()
      deployed.remaining = () => 900_000
      expect(await deployed.ingest({ ...event, state: told.state })).toMatchObject({ status: 'ok' })
      expect((await deployed.run(told.run)).status).toBe('ok')
      expect(await committed(deployed, name)).toEqual(right)
    })
  }

  return [
    { name: 'commits the same when it is repeated', run: repeats },
    { name: 'a day with nothing ends empty', run: empty !== undefined && typeof empty !== 'string' ? empty : isEmpty },
    { name: 'commits the same whatever the order of pages and records, and from pages given twice', run: isUnordered },
    {
      name: 'commits the same when every invocation reads one page',
      run: typeof pages === 'number' ? stopsAfterEveryPage : pages,
    },
    { name: 'waits for a limit, and then goes on with the same run', run: isSkip(given.tokens) ? given.tokens : waits },
  ]
}

/** The source, whose pages are these, last first and each twice, and their records last first. */
function inDisorder(source: Source, name: string, pages: readonly Page[], through: Day | undefined): Source {
  const stream = source.streams[name]!
  const order = [...pages, ...pages].reverse()
  const changed: Stream = {
    ...stream,
    async *pages() {
      for (const [at, page] of order.entries()) {
        yield { page, resume: at + 1 < order.length ? at : null, ...(through && { through }) }
      }
    },
    records: (page) => [...stream.records(page)].reverse(),
  }
  return { ...source, streams: { ...source.streams, [name]: changed } }
}
