import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { FactRow } from '../../../functions/kit/fact.ts'
import { inOrder, recordsOf } from '../read-stream.ts'
import { type Check, type Conformed, play } from './conformed.ts'
import { readConformed, waysToRead } from './read-conformed.ts'

/** What compute derives from counters, orders, answers, tickets and referrals (design, "What is an interaction"). */
const derived =
  /^(commerce\.purchase|survey\.response|review\.review|referral\.referral|.*\.ticket|social\.(like|comment|share|save|click))$/

const VENDOR = new URL('../../../../shared/vendor/', import.meta.url)

/** The right facts, declared facts, one key for each record. */
export function checkFacts(given: Conformed, name: string): Check[] {
  const { expected } = given.streams[name]!

  async function mapsRecordedDay(): Promise<void> {
    await play(given.start('recorded'), async (played) => {
      for (const way of waysToRead(given, played, name)) {
        const { rows } = await readConformed(given, played, name, { ...way, recorded: true })
        expect(inOrder(rows)).toEqual(inOrder(expected))
      }
    })
  }

  async function declaresFacts(): Promise<void> {
    for (const account of ['recorded', 'long'] as const) {
      await play(given.start(account), async (played) => {
        const { facts, emits = [] } = given.source(played).streams[name]!
        const { rows } = await readConformed(given, played, name, waysToRead(given, played, name)[0])
        const undeclared = rows.map(({ fact }) => fact).filter((fact) => facts && !facts.includes(fact))
        expect(undeclared, 'facts that the stream does not declare').toEqual([])
        const twice = kindsOf(rows).filter((kind) => derived.test(kind) && !emits.includes(kind))
        expect(twice, 'interactions that compute derives as well; name them in emits').toEqual([])
      })
    }
  }

  async function namesRecords(): Promise<void> {
    await play(given.start('long'), async (played) => {
      const stream = given.source(played).streams[name]!
      for (const way of waysToRead(given, played, name)) {
        const { pages } = await readConformed(given, played, name, way)
        const records = pages.flatMap((page) => [...stream.records(page)].map((one) => stream.record.parse(one)))
        expect(records.length).toBeGreaterThan(0)
        const named = Map.groupBy(records, (one) => `${stream.key(one)} ${stream.changed?.(one) ?? ''}`)
        // A vendor may show a record twice, but then it is the same.
        const shared = [...named].filter(([, all]) => new Set(all.map((one) => JSON.stringify(one))).size > 1)
        expect(
          shared.map(([name]) => name),
          'keys of several records',
        ).toEqual([])
      }
    })
  }

  return [
    { name: 'maps the recorded day to the expected facts', run: mapsRecordedDay },
    { name: 'declares its facts, and what compute would derive', run: declaresFacts },
    { name: 'gives every record a key of its own', run: namesRecords },
  ]
}

const kindsOf = (rows: readonly FactRow[]) => [
  ...new Set(
    rows.filter(({ fact }) => fact === 'interactions').map(({ columns }) => `${columns.channel}.${columns.kind}`),
  ),
]

/** Answers that were published or recorded; skipped where they are not at hand. */
export function checkSamples(given: Conformed): Check[] {
  return (given.samples ?? []).map(({ file, stream, expected }) => {
    const url = new URL(file, VENDOR)
    const check = () =>
      play(given.start('empty'), async (played) => {
        const page = { bytes: readFileSync(url) }
        const rows = recordsOf(given.source(played).streams[stream]!, page).flatMap((record) => record.rows)
        expect(inOrder(rows)).toEqual(inOrder(expected))
      })
    return {
      name: `maps the sample ${file}`,
      run: existsSync(url) ? check : { skip: 'no vendor samples on this machine' },
    }
  })
}
