import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommands } from '../cli/in-one-process.ts'
import { hasTime } from '../compute/check-property.ts'
import { hasPython, python } from './python.ts'
import { SLOW } from './run-tidemark.ts'

const ledger = fileURLToPath(
  new URL('../../../shared/data/online_retail_2010-12_2011-02/online_retail.csv.gz', import.meta.url),
)
const reason = !existsSync(ledger)
  ? 'the ledger is not beside the checkout'
  : !hasPython
    ? 'python3 is not there'
    : hasTime
      ? ''
      : 'it is large; TIDEMARK_CASES=1 reads it'

const periods = ['week', 'month'] as const

interface Answer {
  readonly cohorts: readonly string[]
  readonly size: readonly (number | null)[]
  readonly retained: readonly (readonly (number | null)[])[]
  readonly rate: readonly (readonly (number | null)[])[]
  readonly finality: readonly (readonly string[])[]
  readonly coverage: readonly (readonly number[])[]
}

describe.skipIf(reason !== '')(`cohorts of a real ledger${reason && ` (skipped: ${reason})`}`, () => {
  const home = mkdtempSync(join(tmpdir(), 'tidemark-retail-cohorts-'))
  const env = {
    TIDEMARK_CONFIG: 'test/retail/cohorts.config.ts',
    TIDEMARK_HOME: home,
    TIDEMARK_NOW: '2011-03-01T12:00:00Z',
  }
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  let expected: Record<(typeof periods)[number], Record<string, number[]>>
  let collected: { ok: boolean }
  const answers = {} as Record<(typeof periods)[number], Answer>
  beforeAll(async () => {
    const oracle = python<typeof expected>('../retail/cohort_oracle.py', ledger, '2011-02-28')
    const asked = periods.map((period) => ['cohorts', '--period', period, '--from', '2010-11-29', '--json'])
    const [collect, ...cohorts] = await runCommands(
      [['collect', '--from', '2011-02-28', '--to', '2011-02-28', '--json'], ...asked],
      env,
    )
    collected = JSON.parse(collect!.stdout) as typeof collected
    periods.forEach((period, i) => {
      answers[period] = JSON.parse(cohorts[i]!.stdout) as Answer
    })
    expected = await oracle
  }, SLOW)

  test.each(periods)('every number of every %s is that of another program', (period) => {
    expect(collected.ok).toBe(true)
    const { cohorts, size, retained, rate, finality, coverage } = answers[period]
    const found = Object.fromEntries(
      cohorts
        .map((cohort, i) => [cohort, [size[i], ...retained[i]!]] as const)
        .filter(([, [n]]) => n !== 0 && n !== null),
    )
    expect(found).toEqual(expected[period])
    expect(Object.keys(found)).toHaveLength(period === 'week' ? 12 : 3)
    expect(new Set(finality.flat())).toEqual(new Set(['final']))
    expect(new Set(coverage.flat())).toEqual(new Set([1]))
    cohorts.forEach((cohort, i) => {
      const [people, ...kept] = expected[period][cohort] ?? [0]
      if (people) expect(rate[i]).toEqual(kept.map((n) => (n * 100) / people))
    })
  })
})
