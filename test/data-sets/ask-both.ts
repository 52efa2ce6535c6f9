import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasPython, python } from '../acceptance/python.ts'
import { jsonOf, SLOW } from '../acceptance/run-tidemark.ts'
import { runCommands } from '../cli/in-one-process.ts'

const data = (folder: string) => fileURLToPath(new URL(`../../../shared/data/${folder}`, import.meta.url))

/** What `tidemark query` is asked, and the other program too. */
export type Question = readonly [
  metric: string,
  from: string,
  to: string,
  granularity?: 'day' | 'week' | 'month' | 'total',
  by?: string,
]

/** Real data, and two programs that read it. */
export interface DataSet {
  /** Its folder in ../shared/data beside the checkout. */
  readonly folder: string
  /** The config that maps it, relative to the checkout. */
  readonly config: string
  /** Beside this file: computes the same in Python. */
  readonly program: string
  /** The last day of the data. A file is read as a whole whatever days are asked for, so this is the one collected. */
  readonly to: string
  /** Facts that the data makes. */
  readonly facts: number
  readonly questions: readonly Question[]
  /** Whether it takes too long for every run of the tests: then it is read where `TIDEMARK_CASES` is set. @default false */
  readonly large?: boolean
  /** Asked too where `TIDEMARK_CASES` is set, as it is in CI. @default [] */
  readonly more?: readonly Question[]
}

interface Part {
  readonly value: number | null
  readonly null_reason?: string
  readonly numerator?: number | null
  readonly denominator?: number | null
}

interface Answered extends Part {
  readonly from: string
  readonly to: string
  readonly finality: string
  readonly coverage: number
  readonly by?: Readonly<Record<string, Readonly<Record<string, Part>>>>
}

interface Collected {
  readonly ok: boolean
  readonly streams: readonly { readonly facts: number; readonly quarantined: number }[]
}

const DAY_MS = 86_400_000
/** By then everything has settled: referrals, the slowest, wait for 60 days. */
const longAfter = (day: string) => new Date(Date.parse(day) + 90 * DAY_MS).toISOString()

const parts = ({ value, numerator, denominator }: Part) => ({
  value,
  ...(numerator !== undefined && { numerator, denominator }),
})

/** An answer of the CLI as the other program prints it. */
const comparable = ({ from, to, by, ...whole }: Answered, dimension: string | undefined) => ({
  from,
  to,
  ...parts(whole),
  ...(dimension !== undefined && {
    by: Object.fromEntries(Object.entries(by?.[dimension] ?? {}).map(([key, part]) => [key, parts(part)])),
  }),
})

const title = ([metric, from, to, granularity = 'total', by]: Question) =>
  `${metric}, ${from} to ${to}, by ${[granularity, ...(by === undefined ? [] : [by])].join(' and ')}`

/**
 * Collects a data set, asks `tidemark query` and the other program the same, and expects the same, to the last digit.
 * Skipped, saying so, where the data or Python is absent.
 */
export function sameOfBoth(set: DataSet): void {
  const { folder, config, program, to, facts, questions, more = [], large = false } = set
  const found = existsSync(data(folder))
  const reason = !found
    ? `../shared/data/${folder} is not beside the checkout`
    : !hasPython
      ? 'python3 is not there'
      : large && !process.env.TIDEMARK_CASES
        ? 'it is large; TIDEMARK_CASES=1 reads it'
        : ''
  const asked = process.env.TIDEMARK_CASES ? [...questions, ...more] : questions

  describe.skipIf(reason !== '')(`${folder}${reason && ` (skipped: ${reason})`}`, () => {
    const home = mkdtempSync(join(tmpdir(), 'tidemark-data-set-'))
    afterAll(() => rmSync(home, { recursive: true, force: true }))
    let collected: Collected
    let answers: (readonly Answered[])[]
    let expected: readonly (readonly object[])[]

    beforeAll(
      async () => {
        const lines = asked.map(([metric, first, last, granularity = 'total', by]) => [
          ...['query', metric, '--from', first, '--to', last, '--granularity', granularity, '--json'],
          ...(by === undefined ? [] : ['--by', by]),
        ])
        const env = { TIDEMARK_CONFIG: config, TIDEMARK_HOME: home, TIDEMARK_NOW: longAfter(to) }
        const oracle = python<typeof expected>(
          `../data-sets/${program}`,
          data(folder),
          JSON.stringify(
            asked.map(([metric, first, last, granularity = 'total', by]) => ({
              metric,
              from: first,
              to: last,
              granularity,
              by,
            })),
          ),
        )
        const [first, ...rest] = await runCommands([['collect', '--from', to, '--to', to, '--json'], ...lines], env)
        collected = jsonOf<Collected>(first!)
        answers = rest.map((ended) => jsonOf<{ values: Answered[] }>(ended).values)
        expected = await oracle
      },
      (process.env.TIDEMARK_CASES ? 4 : 1) * SLOW,
    )

    test('every row is read', () => {
      expect(collected.ok).toBe(true)
      const sum = (of: 'facts' | 'quarantined') => collected.streams.reduce((total, stream) => total + stream[of], 0)
      expect({ facts: sum('facts'), quarantined: sum('quarantined') }).toEqual({ facts, quarantined: 0 })
    })

    test.each(asked.map((question, i) => [title(question), question[4], i] as const))('%s', (_, dimension, i) => {
      expect(answers[i]!.map((one) => comparable(one, dimension))).toEqual(expected[i])
      expect(answers[i]!.every(({ coverage, finality }) => coverage === 1 && finality === 'final')).toBe(true)
    })
  })
}
