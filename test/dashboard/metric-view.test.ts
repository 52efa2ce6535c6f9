import { describe, expect, test } from 'vitest'
import { RetryKey } from '../../dashboard/metric/retry-key.ts'
import { pinned, readView, segmentedFrom } from '../../dashboard/metric/view.ts'
import { hashOf, readRoute } from '../../dashboard/route.ts'

const metric = { windows: ['1d', '7d', 'all'], by: ['channel', 'kind'] }
const snapshots = { from: '2021-11-22', to: '2026-11-21' }
const read = (query: Record<string, string> = {}) => readView(query, metric, snapshots)

describe('the view of a metric', () => {
  test('is the last 90 days, day by day, by the first dimension, if nothing else is said', () => {
    expect(read()).toEqual({
      window: '1d',
      granularity: 'day',
      preset: '90d',
      from: '2026-08-24',
      to: '2026-11-21',
      compare: '',
      asTable: false,
      day: '2026-11-21',
      explained: '',
      against: 'same_weekday',
      split: '',
      by: 'channel',
      overTime: false,
    })
  })

  test('never begins before the first snapshot, where a preset says how long it is', () => {
    expect(readView({ range: '1y' }, metric, { ...snapshots, from: '2026-09-23' }).from).toBe('2026-09-23')
    expect(read({ range: 'all' })).toMatchObject({ from: '2021-11-22', to: '2026-11-21', preset: 'all' })
  })

  test('is of the days that the address names; one of the two is enough', () => {
    expect(read({ from: '2026-01-05', to: '2026-02-01' })).toMatchObject({
      preset: '',
      from: '2026-01-05',
      to: '2026-02-01',
    })
    expect(read({ to: '2026-03-31' })).toMatchObject({ from: '2026-01-01', to: '2026-03-31' })
    expect(read({ from: '2026-11-01' })).toMatchObject({ from: '2026-11-01', to: '2026-11-21' })
  })

  test('passes on what is wrong, for the API to say so', () => {
    expect(read({ to: '2026-99-01', window: '3d', granularity: 'year' })).toMatchObject({
      from: '2026-99-01',
      to: '2026-99-01',
      window: '3d',
      granularity: 'year',
    })
    expect(segmentedFrom(read({ to: 'x' }))).toBe('x')
  })

  test('explains a day against its weekday, and windows against the window before', () => {
    expect(read({ window: '7d' }).against).toBe('previous_period')
    expect(read({ window: 'all' }).against).toBe('same_weekday')
    expect(read({ day: '2026-10-01' }).explained).toBe('2026-10-01')
    expect(read({ day: '2026-10-01', on: '2026-09-01' }).explained).toBe('2026-09-01')
  })

  test('shows parts over the end of a range that is too long', () => {
    expect(segmentedFrom(read())).toBe('2026-08-24')
    expect(segmentedFrom(read({ range: 'all' }))).toBe('2026-08-22')
    expect(segmentedFrom(read({ from: '2026-08-22', to: '2026-11-21' }))).toBe('2026-08-22')
  })

  test('of a link shows the same days tomorrow', () => {
    const query = { range: '30d', compare: 'previous_year', view: 'table' }
    const hash = hashOf({
      page: 'metric',
      id: 'nps',
      query: pinned(query, { ...read(query), explained: '2026-11-18' }),
    })
    const tomorrow = readView(readRoute(hash).query, metric, { ...snapshots, to: '2026-11-22' })
    expect(tomorrow).toEqual({ ...read(query), preset: '', explained: '2026-11-18' })
  })
})

test('a form that is sent again keeps its key until it is received or says something else', () => {
  let made = 0
  const keys = new RetryKey(() => `key ${++made}`)
  expect([keys.of('a'), keys.of('a'), keys.of('b'), keys.of('b')]).toEqual(['key 1', 'key 1', 'key 2', 'key 2'])
  keys.done()
  expect(keys.of('b')).toBe('key 3')
})
