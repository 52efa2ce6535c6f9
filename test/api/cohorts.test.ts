import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { day } from '../../functions/kit/day.ts'
import type { Period } from '../../functions/kit/period.ts'
import { type Cohort, type CohortRow, type CohortsRow, keys } from '../../functions/store/rows.ts'
import type { Table } from '../../functions/store/table.ts'
import { config, deploy, json } from './deployment.ts'

const none = { size_null_reason: null, size_final: true, size_coverage: 1 }

/** A cohort all of whose numbers are known and final. */
const cohort = (size: number, ...retained: number[]): Cohort => ({
  ...none,
  size,
  retained,
  null_reason: retained.map(() => null),
  final: retained.map(() => true),
  coverage: retained.map(() => 1),
})

async function store(table: Table, period: Period, first: string, given: Cohort): Promise<void> {
  const row: CohortRow = {
    ...keys.cohort(period, day(first)),
    revision: 2,
    computed_at: '2026-11-20T04:00:11Z',
    corrected_at: null,
    body: new Uint8Array(zstdCompressSync(JSON.stringify(given))),
  }
  await table.put(row)
}

/** Four weekly cohorts: an empty one, and one whose last number is open and not whole. */
async function filled(options: Parameters<typeof deploy>[0] = {}) {
  const deployment = await deploy(options)
  const { table } = deployment
  await store(table, 'week', '2026-10-19', cohort(3, 3, 2, 1, 1))
  await store(table, 'week', '2026-10-26', cohort(0, 0, 0, 0))
  await store(table, 'week', '2026-11-02', {
    ...cohort(4, 4, 0),
    retained: [4, null],
    null_reason: [null, 'source_missing'],
    coverage: [1, 0],
  })
  await store(table, 'week', '2026-11-09', { ...cohort(8, 7), final: [false], coverage: [0.5] })
  const state: CohortsRow = {
    ...keys.cohorts(),
    first: day('2026-10-19'),
    last: { week: day('2026-11-09'), month: null },
    basis: '',
    inputs: '',
  }
  await table.put(state)
  const key = await deployment.key()
  return { ...deployment, get: (path: string) => deployment.get(path, key) }
}

describe('GET /v1/cohorts', () => {
  test('is a triangle with every cohort of the range, empty ones and those that were not computed too', async () => {
    const { get } = await filled()
    expect(await json(get('/v1/cohorts?from=2026-10-15&to=2026-11-18'))).toEqual({
      period: 'week',
      timezone: 'Europe/Berlin',
      regime: 'contractual',
      definition: expect.stringContaining('a customer at the end of the last day'),
      from: '2026-10-12',
      to: '2026-11-16',
      cohorts: ['2026-10-12', '2026-10-19', '2026-10-26', '2026-11-02', '2026-11-09', '2026-11-16'],
      size: [null, 3, 0, 4, 8, null],
      size_null_reason: ['no_data', null, null, null, null, 'no_data'],
      size_finality: [null, 'final', 'final', 'final', 'final', null],
      size_coverage: [null, 1, 1, 1, 1, null],
      retained: [[], [3, 2, 1, 1], [0, 0, 0], [4, null], [7], []],
      rate: [[], [100, 200 / 3, 100 / 3, 100 / 3], [null, null, null], [100, null], [87.5], []],
      null_reason: [
        [],
        [null, null, null, null],
        ['zero_denominator', 'zero_denominator', 'zero_denominator'],
        [null, 'source_missing'],
        [null],
        [],
      ],
      finality: [
        [],
        ['final', 'final', 'final', 'final'],
        ['final', 'final', 'final'],
        ['final', 'final'],
        ['provisional'],
        [],
      ],
      coverage: [[], [1, 1, 1, 1], [1, 1, 1], [1, 0], [0.5], []],
      revision: [null, 2, 2, 2, 2, null],
      computed_at: [null, ...Array(4).fill('2026-11-20T04:00:11Z'), null],
      corrected_at: Array(6).fill(null),
    })
  })

  test('ends with the newest cohort and begins eleven before, unless told otherwise', async () => {
    const { get } = await filled()
    expect(await json(get('/v1/cohorts'))).toMatchObject({ from: '2026-08-24', to: '2026-11-09' })
    expect(await json(get('/v1/cohorts?from=2026-11-03'))).toMatchObject({
      cohorts: ['2026-11-02', '2026-11-09'],
      size: [4, 8],
    })
    // No month was computed: the last that has ended by the clock.
    const months = await json(get('/v1/cohorts?period=month'))
    expect(months).toMatchObject({ period: 'month', from: '2025-11-01', to: '2026-10-01' })
    expect(new Set(months.size_null_reason)).toEqual(new Set(['no_data']))
  })

  test('says by which regime somebody counts as retained', async () => {
    const { get } = await filled({ config: { ...config, churn: { inactiveDays: 30 } } })
    expect(await json(get('/v1/cohorts'))).toMatchObject({
      regime: 'inactivity',
      inactive_days: 30,
      definition: expect.stringContaining('did something themselves'),
    })
  })

  test.each([
    ['period=day', { name: 'period', reason: 'is no period; expected week or month' }],
    ['from=2026-11-16&to=2026-11-09', { name: 'from', reason: /later than 'to'/ }],
    ['from=2024-11-11&to=2026-11-09', { name: 'from', reason: /are 105 weeks; at most 104/ }],
    ['period=month&from=2016-01-31&to=2026-01-01', { name: 'from', reason: /are 121 months; at most 120/ }],
    ['to=2026-02-30', { name: 'to', reason: /is no day/ }],
    ['by=segment', { name: 'by', reason: 'is no parameter of this route' }],
  ])('refuses %s', async (query, { name, reason }) => {
    const { get } = await filled()
    const answer = await get(`/v1/cohorts?${query}`)
    expect(answer.status).toBe(400)
    expect((await json(answer)).invalid_params).toEqual([
      { name, reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) },
    ])
  })

  test('two years of weeks are allowed to the week, in one query; the two ends may share a period', async () => {
    const { get } = await filled()
    expect((await json(get('/v1/cohorts?from=2024-11-18&to=2026-11-09'))).cohorts).toHaveLength(104)
    expect((await json(get('/v1/cohorts?from=2026-11-15&to=2026-11-09'))).cohorts).toEqual(['2026-11-09'])
  })

  test('is not kept for long, as every period adds an age', async () => {
    const { get } = await filled()
    const answer = await get('/v1/cohorts?from=2026-10-19&to=2026-10-19')
    expect(answer.headers.get('cache-control')).toBe('private, max-age=60')
  })
})
