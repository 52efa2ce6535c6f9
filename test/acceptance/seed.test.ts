import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDays, type Day, day, eachDay } from '../../functions/kit/day.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { runCommands } from '../cli/in-one-process.ts'
import { checkout, type Ended, jsonOf, runTidemark, SLOW } from './run-tidemark.ts'

const elsewhere = mkdtempSync(join(tmpdir(), 'tidemark-seed-'))
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }))

/** A folder of its own with a config that imports from this checkout by path; what is between the brackets of `sources`. */
function configured(name: string, windows: string, sources: string): { folder: string; env: Record<string, string> } {
  const folder = join(elsewhere, name)
  mkdirSync(folder)
  const text = `import { customers, interactions } from '${checkout}/functions/facts.ts'
import { defineConfig } from '${checkout}/functions/kit/config.ts'
import { person } from '${checkout}/functions/kit/person.ts'
import { csv } from '${checkout}/functions/sources/csv.ts'

export default defineConfig({
  timezone: 'Europe/Berlin',
  currency: 'EUR',
  windows: ${windows},
  sources: [${sources}],
})
`
  writeFileSync(join(folder, 'tidemark.config.ts'), text)
  const env = {
    TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
    TIDEMARK_HOME: join(folder, 'home'),
    TIDEMARK_NOW: '2026-11-20T04:00:00Z',
  }
  return { folder, env }
}

const EVENTS = `csv(
      {
        file: 'events.csv',
        zone: 'Europe/Berlin',
        map: (row) =>
          interactions({
            at: row.at!,
            channel: 'web',
            kind: 'action',
            initiator: 'customer',
            customer: person({ email: row.email }),
          }),
      },
      { id: 'events' },
    )`

const PEOPLE = `csv(
      {
        file: 'people.csv',
        zone: 'Europe/Berlin',
        map: (row) => customers({ customer: person({ email: row.email }), since: row.since! }),
      },
      { id: 'people' },
    )`

const lines = (header: string, rows: readonly string[]) => `${[header, ...rows].join('\n')}\n`

describe('200 customers and 1,000 interactions in a month', () => {
  const { folder, env } = configured('month', "[1, 30, 'all']", `${PEOPLE}, ${EVENTS}`)
  let collected: Ended
  let snapshot: Snapshot
  beforeAll(async () => {
    const people = Array.from({ length: 200 }, (_, i) => `c${i}@example.com,2023-10-02`)
    writeFileSync(join(folder, 'people.csv'), lines('email,since', people))
    // 30 days with 33 or 34 interactions each, by everybody five times: 1,000.
    const month = eachDay(day('2026-10-02'), day('2026-10-31'))
    const events = Array.from({ length: 1_000 }, (_, i) => {
      const time = `${month[i % 30]}T${String(8 + (i % 12)).padStart(2, '0')}:15:00`
      return `${time},c${i % 200}@example.com`
    })
    writeFileSync(join(folder, 'events.csv'), lines('at,email', events))
    collected = await runTidemark(['collect', '--from', '2026-10-02', '--to', '2026-10-31', '--json'], env, folder)
    snapshot = jsonOf<Snapshot>(await runTidemark(['snapshot', '2026-10-31', '--json'], env, folder))
  }, SLOW)

  test('are a customer interaction rate of 500, with its numerator and denominator', () => {
    expect(collected.code).toBe(0)
    expect(snapshot.metrics.customer_interaction_rate).toMatchObject({
      unit: 'percent',
      windows: { '30d': { value: 500, numerator: 1_000, denominator: 200, finality: 'final', coverage: 1 } },
    })
  })

  test('and everybody, customer for three years before the first day, counts as one and is active', () => {
    const { customers, active_customers, active_customer_share } = snapshot.metrics
    for (const window of ['1d', '30d', 'all'] as const) expect(customers!.windows[window]!.value).toBe(200)
    expect(active_customers!.windows['30d']!.value).toBe(200)
    expect(active_customer_share!.windows['30d']).toMatchObject({ value: 100, numerator: 200, denominator: 200 })
  })
})

interface Collected {
  readonly ok: boolean
  readonly compute: {
    readonly computed: number
    readonly revisions: number
    readonly changed: readonly string[]
    readonly reads: Readonly<Record<'facts' | 'manifests' | 'derived', number>> & {
      readonly facts_from: string | null
      readonly facts_to: string | null
    }
  }
}

describe.each([
  ['windows without all', '[1, 7, 28]'],
  ['window all as well', "[1, 7, 'all']"],
])('one late row, three days back, after sixty days: %s', (name, windows) => {
  const { folder, env } = configured(name.replaceAll(' ', '-'), windows, EVENTS)
  const last = day('2026-11-19')
  const late = addDays(last, -3)
  const rowsOf = (one: Day) =>
    Array.from({ length: 5 }, (_, i) => `${one}T1${i}:00:00,c${(Number(one.slice(8)) + i) % 17}@example.com`)
  const rows = eachDay(addDays(last, -59), last).flatMap(rowsOf)
  const before = new Map<string, Snapshot>()
  let first: Collected
  let second: Collected
  let third: Collected
  const ask = async (into: typeof before) => {
    const asked = watched.map((date) => ['snapshot', date, '--json'])
    for (const ended of await runCommands(asked, env)) {
      const snapshot = jsonOf<Snapshot>(ended)
      into.set(snapshot.date, snapshot)
    }
  }
  const watched = [addDays(late, -1), late, last]
  const after = new Map<string, Snapshot>()
  beforeAll(async () => {
    const file = join(folder, 'events.csv')
    writeFileSync(file, lines('at,email', rows))
    first = jsonOf(await runTidemark(['start', '--once', '--days', '60', '--json'], env, folder))
    await ask(before)
    writeFileSync(file, lines('at,email', [...rows, `${late}T09:30:00,late@example.com`]))
    second = jsonOf(await runTidemark(['start', '--once', '--days', '60', '--json'], env, folder))
    await ask(after)
    third = jsonOf(await runTidemark(['collect', '--json'], env, folder))
  }, SLOW)

  test('the first start made sixty snapshots', () => {
    expect(first).toMatchObject({ ok: true, compute: { computed: 60, revisions: 60 } })
    expect(first.compute.reads).toMatchObject({ facts_from: addDays(last, -59), facts_to: last })
  })

  test('its day and the three that followed get a new revision, and no other', () => {
    expect(second).toMatchObject({ ok: true, compute: { computed: 4, revisions: 4, changed: eachDay(late, last) } })
    expect(after.get(addDays(late, -1))).toEqual(before.get(addDays(late, -1)))
    for (const date of [late, last]) {
      const of = (snapshots: typeof before) => snapshots.get(date)!.metrics.interactions!.windows['7d']!.value!
      expect(of(after)).toBe(of(before) + 1)
      expect(after.get(date)!.revision).toBe(2)
    }
  })

  test("only that day's facts are read", () => {
    expect(second.compute.reads).toMatchObject({ facts_from: late, facts_to: late })
    expect(second.compute.reads.manifests).toBe(1)
  })

  test('collecting once more changes nothing, and reads no facts', () => {
    expect(third).toMatchObject({ ok: true, compute: { revisions: 0, changed: [] } })
    expect(third.compute.reads).toMatchObject({ facts: 0, facts_from: null, facts_to: null })
  })
})

test('a late row of a file that lists the newest day first changes four days, and leaves the others unread', {
  timeout: SLOW,
}, async () => {
  const { folder, env } = configured('newest-first', '[1, 7]', EVENTS)
  const file = join(folder, 'events.csv')
  const days = eachDay(day('2026-10-21'), day('2026-11-19')).reverse()
  const rows = days.map((one) => `${one}T10:00:00,c@example.com`)
  writeFileSync(file, lines('at,email', rows))
  await runTidemark(['collect', '--days', '30', '--json'], env, folder)
  writeFileSync(file, lines('at,email', [...rows.slice(0, 3), '2026-11-16T12:00:00,d@example.com', ...rows.slice(3)]))
  const { compute } = jsonOf<Collected>(await runTidemark(['collect', '--days', '30', '--json'], env, folder))
  expect(compute).toMatchObject({ computed: 4, revisions: 4 })
  expect(compute.reads).toMatchObject({ facts_from: '2026-11-16', facts_to: '2026-11-16' })
})
