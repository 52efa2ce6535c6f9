import { describe, expect, test } from 'vitest'
import type { Cohorts } from '../../dashboard/client.js'
import { averagesOf, type Cell, type Cohort, cohortsOf } from '../../dashboard/cohorts/cohort.ts'

const answer: Cohorts = {
  period: 'week',
  timezone: 'Europe/Berlin',
  regime: 'contractual',
  definition: '',
  from: '2026-10-19',
  to: '2026-11-02',
  cohorts: ['2026-10-19', '2026-10-26', '2026-11-02'],
  size: [3, null, 8],
  size_null_reason: [null, 'no_data', null],
  size_finality: ['final', null, 'provisional'],
  size_coverage: [1, null, 0.5],
  retained: [[3, null], [], [7]],
  rate: [[100, null], [], [87.5]],
  null_reason: [[null, 'source_missing'], [], [null]],
  finality: [['final', 'final'], [], ['provisional']],
  coverage: [[1, 0], [], [0.5]],
  revision: [1, null, 1],
  computed_at: ['2026-11-09T05:00:00Z', null, '2026-11-09T05:00:00Z'],
  corrected_at: ['2026-11-10T05:00:00Z', null, null],
}

const cell = (retained: number | null, over: Partial<Cell> = {}): Cell => ({
  ...{ retained, rate: null, reason: null, provisional: false, coverage: 1 },
  ...over,
})

const cohort = (size: number | null, cells: readonly Cell[], over: Partial<Cohort> = {}): Cohort => ({
  ...{ first: '2026-10-19', size, reason: null, provisional: false, coverage: 1, cells, corrected: null },
  ...over,
})

test('every cohort is a row, with the cells that are over', () => {
  expect(cohortsOf(answer)).toEqual([
    cohort(3, [cell(3, { rate: 100 }), cell(null, { reason: 'source_missing', coverage: 0 })], {
      corrected: '2026-11-10T05:00:00Z',
    }),
    cohort(null, [], { first: '2026-10-26', reason: 'no_data', coverage: null }),
    cohort(8, [cell(7, { rate: 87.5, provisional: true, coverage: 0.5 })], {
      ...{ first: '2026-11-02', provisional: true, coverage: 0.5 },
    }),
  ])
})

describe('the average of an age', () => {
  test('counts people, not cohorts, and only cohorts that have that age', () => {
    expect(
      averagesOf([cohort(90, [cell(90), cell(45)]), cohort(10, [cell(10), cell(10)]), cohort(50, [cell(25)])]),
    ).toEqual([
      { rate: (100 * 125) / 150, retained: 125, size: 150, cohorts: 3, coverage: 1 },
      { rate: 55, retained: 55, size: 100, cohorts: 2, coverage: 1 },
    ])
  })

  test('leaves out what is open, unknown or of nobody', () => {
    const open = [
      cohort(5, [cell(1, { provisional: true })]),
      cohort(5, [cell(1)], { provisional: true }),
      cohort(5, [cell(null)]),
      cohort(0, [cell(0)]),
      cohort(null, []),
    ]
    expect(averagesOf(open)).toEqual([null])
    expect(averagesOf([...open, cohort(4, [cell(3)])])).toEqual([
      { rate: 75, retained: 3, size: 4, cohorts: 1, coverage: 1 },
    ])
    expect(averagesOf([])).toEqual([])
  })

  test('is as whole as the least whole of its cells', () => {
    const some = [cohort(5, [cell(1), cell(1, { coverage: 0.9 })]), cohort(5, [cell(1)], { coverage: 0.5 })]
    expect(averagesOf(some).map((one) => one?.coverage)).toEqual([0.5, 0.9])
  })
})
