import { describe, expect, test } from 'vitest'
import type { Source } from '../../dashboard/client.js'
import { daysRead, lastDayIn } from '../../dashboard/sources/days-read.ts'
import { sortSources } from '../../dashboard/sources/sort-sources.ts'
import { troublesOf } from '../../dashboard/sources/troubles.ts'
import { actors, statuses } from '../../functions/api/stream-status.ts'

type Stream = Source['streams'][number]
type Run = NonNullable<Stream['last_run']>

const stream = (name: string, over: Partial<Stream> = {}): Stream => ({
  ...{ name, status: 'ok', acts: 'nobody', data_through: '2026-11-21', expected_by: null, settles_after_days: 0 },
  ...{ last_success_at: null, rows_quarantined: 0, last_run: null, held: [] },
  ...over,
})

const run = (over: Partial<Run>): Run => ({
  ...{ id: '1', status: 'failed', from: '2026-11-20', to: '2026-11-21', started: '', ended: null, records: 0 },
  ...{ facts: 0, error: null, warnings: [], quota: null },
  ...over,
})

const source = (id: string, status: Source['status'], acts: Source['acts'] = 'nobody'): Source => ({
  ...{ id, name: id, status, acts, schedule: null, next_run_at: null, data_through: null, quota: [] },
  ...{ credential_expires_at: null, expected_by: null, settles_after_days: 0, last_success_at: null, streams: [] },
})

const held = (...dates: string[]) => dates.map((date) => ({ date, rows: 1, rows_before: 50, read: '' }))

describe('sources', () => {
  test('stand by who has to act, and the worst first', () => {
    const { needAct, goOn, well } = sortSources([
      source('a', 'ok'),
      source('b', 'held', 'operator'),
      source('c', 'parked'),
      source('d', 'pending'),
      source('e', 'needs_reauth', 'operator'),
      source('f', 'failed', 'author'),
      source('g', 'failed'),
    ])
    const ids = (of: readonly Source[]) => of.map(({ id }) => id).join('')
    expect([ids(needAct), ids(goOn), ids(well)]).toEqual(['efb', 'gc', 'da'])
  })

  test('each stand in one place, whatever their state and whoever acts', () => {
    for (const status of statuses) {
      for (const acts of actors) {
        const sorted = sortSources([source('a', status, acts)])
        expect(Object.values(sorted).flat()).toHaveLength(1)
      }
    }
  })
})

describe('what is the matter with a source', () => {
  test('is told once for streams that suffer from the same', () => {
    const error = { code: 'credentials', message: 'crm answered 401' }
    const refused = { status: 'needs_reauth', acts: 'operator', last_run: run({ error }) } as const
    const troubles = troublesOf({
      id: 'crm',
      streams: [stream('contacts', refused), stream('deals'), stream('tickets', refused)],
    })
    expect(troubles).toMatchObject([
      {
        status: 'needs_reauth',
        acts: 'operator',
        error,
        streams: [{ name: 'contacts' }, { name: 'tickets' }],
        waits: [],
      },
    ])
    expect(troubles[0]!.commands).toEqual(['tidemark doctor crm', 'tidemark collect --source crm'])
  })

  test('is apart where errors differ, or why streams wait', () => {
    const failed = (message: string) => run({ error: { code: 'changed', message } })
    const parked = run({ status: 'parked', warnings: [{ code: 'waiting', message: 'until midnight' }] })
    const troubles = troublesOf({
      id: 'x',
      streams: [
        stream('posts', { status: 'failed', last_run: failed('one') }),
        stream('likes', { status: 'failed', last_run: failed('another') }),
        stream('views', { status: 'parked', last_run: parked }),
      ],
    })
    expect(troubles.map(({ error, waits }) => error?.message ?? waits[0])).toEqual(['one', 'another', 'until midnight'])
  })

  test('has a command for each stream that is held', () => {
    const [one] = troublesOf({
      id: 'shop',
      streams: [
        stream('rows', { status: 'held', held: held('2026-11-20') }),
        stream('refunds', { status: 'held', held: held('2026-11-20', '2026-11-21') }),
      ],
    })
    expect(one!.commands).toEqual(['tidemark accept shop rows 2026-11-20', 'tidemark accept shop refunds all'])
  })

  test('is nothing where all is well', () => {
    expect(troublesOf({ id: 'x', streams: [stream('a'), stream('b', { status: 'pending' })] })).toEqual([])
  })
})

test('days that have been read, up to the one that ended last where the numbers are at home', () => {
  const now = new Date('2026-11-22T03:00:00Z')
  expect(lastDayIn('Europe/Berlin', now)).toBe('2026-11-21')
  expect(lastDayIn('America/New_York', now)).toBe('2026-11-20')
  const read = (through: string | null) => daysRead(through, '2026-11-21', 3).map((one) => one.read)
  expect(daysRead('2026-11-20', '2026-11-21', 3).map(({ day }) => day)).toEqual([
    '2026-11-19',
    '2026-11-20',
    '2026-11-21',
  ])
  expect([read('2026-11-20'), read(null), read('2026-12-01')]).toEqual([
    [true, true, false],
    [false, false, false],
    [true, true, true],
  ])
})
