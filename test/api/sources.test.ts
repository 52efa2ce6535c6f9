import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  expectedBy,
  type StreamEvidence,
  type StreamStatus,
  statuses,
  streamStatus,
  worst,
} from '../../functions/api/stream-status.ts'
import { day } from '../../functions/kit/day.ts'
import { type CursorRow, keys, type RunRow } from '../../functions/store/rows.ts'
import { deploy, json, NOON } from './deployment.ts'

const cursor = (source: string, stream: string, fields: Partial<CursorRow> = {}): CursorRow => ({
  ...keys.cursor(source, stream),
  run: '01K',
  from: day('2026-10-01'),
  through: day('2026-11-19'),
  read: '2026-11-20T04:00:00Z',
  baseline: '2026-10-01T04:00:00Z',
  facts: [],
  ...fields,
})

const run = (source: string, stream: string, id: string, fields: Partial<RunRow> = {}): RunRow => ({
  ...keys.run(source, id),
  stream,
  status: 'ok',
  from: day('2026-11-19'),
  to: day('2026-11-19'),
  started: '2026-11-20T04:00:00Z',
  ended: '2026-11-20T04:01:00Z',
  pages: 1,
  records: 10,
  facts: 9,
  quarantined: 1,
  error: null,
  warnings: [],
  quota: null,
  ...fields,
})

describe('GET /v1/sources', () => {
  test('tells of each stream what is there and what came of the last run', async () => {
    const { table, get, key } = await deploy()
    await table.batch([
      cursor('shop', 'orders'),
      cursor('shop', 'visits', { through: day('2026-11-17'), baseline: null }),
      run('shop', 'orders', '01A'),
      run('shop', 'visits', '01B', {
        status: 'failed',
        error: { code: 'credentials', message: 'the token of source shop was revoked; set another' },
      }),
      run('shop', 'visits', '01C', { status: 'duplicate' }),
      run('shop', 'orders', '01D', { status: 'running', ended: null, quarantined: 0 }),
      {
        ...keys.held('mail', 'sends', day('2026-11-19')),
        run: '01E',
        manifest: 'manifests/x',
        rows: 3,
        before: 90,
        read: '2026-11-20T04:00:00Z',
      },
      cursor('mail', 'sends', { through: day('2026-11-18') }),
    ])
    const body = await json(get('/v1/sources', await key()))
    expect(body).toMatchObject({ timezone: 'Europe/Berlin', notice: null })
    const [shop, mail] = body.sources
    expect(shop).toMatchObject({ id: 'shop', name: 'shopify', status: 'failed', data_through: '2026-11-17' })
    expect(shop.streams).toEqual([
      {
        name: 'orders',
        status: 'ok',
        data_through: '2026-11-19',
        expected_by: '2026-11-21T11:00:00.000Z',
        settles_after_days: 3,
        rows_quarantined: 1,
        last_run: {
          id: '01D',
          status: 'running',
          from: '2026-11-19',
          to: '2026-11-19',
          started: '2026-11-20T04:00:00Z',
          ended: null,
          records: 10,
          facts: 9,
          error: null,
          warnings: [],
          quota: null,
        },
        held: [],
      },
      {
        name: 'visits',
        status: 'failed',
        data_through: '2026-11-17',
        expected_by: '2026-11-19T11:00:00.000Z',
        settles_after_days: 0,
        rows_quarantined: 1,
        last_run: expect.objectContaining({
          id: '01B',
          error: { code: 'credentials', message: 'the token of source shop was revoked; set another' },
        }),
        held: [],
      },
    ])
    expect(mail.streams[0]).toMatchObject({
      status: 'held',
      held: [{ date: '2026-11-19', rows: 3, rows_before: 90, read: '2026-11-20T04:00:00Z' }],
    })
  })

  test('what was never read is missing, not ok', async () => {
    const { get, key } = await deploy()
    const body = await json(get('/v1/sources', await key()))
    expect(body.sources.map(({ status }: { status: string }) => status)).toEqual(['missing', 'missing'])
    expect(body.sources[0]).toMatchObject({ data_through: null })
    expect(body.sources[0].streams[0]).toMatchObject({ expected_by: null, last_run: null, rows_quarantined: 0 })
  })

  test('demo data is called that', async () => {
    const { get, key } = await deploy({ demo: true })
    expect((await json(get('/v1/sources', await key()))).notice).toContain('demo data')
  })
})

describe('the status of a stream', () => {
  const evidence = (fields: Partial<StreamEvidence>): StreamEvidence => ({
    kind: 'events',
    past: true,
    cursor: cursor('shop', 'orders'),
    lastRun: run('shop', 'orders', '01A'),
    heldParts: 0,
    timezone: 'Europe/Berlin',
    now: new Date(NOON),
    ...fields,
  })

  const through18 = { cursor: cursor('a', 'b', { through: day('2026-11-18') }), lastRun: undefined }
  const asked19 = run('a', 'b', '1', { from: day('2026-11-18'), to: day('2026-11-19') })

  test.each<[string, Partial<StreamEvidence>]>([
    ['ok', {}],
    ['ok', { lastRun: undefined }],
    ['failed', { lastRun: run('a', 'b', '1', { status: 'failed' }), heldParts: 1 }],
    ['failed', { lastRun: run('a', 'b', '1', { status: 'failed' }), cursor: undefined }],
    ['parked', { lastRun: run('a', 'b', '1', { status: 'parked' }), cursor: undefined }],
    ['held', { heldParts: 1 }],
    ['missing', { cursor: undefined }],
    ['missing', { kind: 'entity', cursor: cursor('a', 'b', { baseline: null }) }],
    ['late', { ...through18, now: new Date('2026-11-20T11:00:00Z') }],
    ['ok', { ...through18, now: new Date('2026-11-20T10:59:59.999Z') }],
    // The vendor was asked for the 19th, and is not done with it.
    ['ok', { ...through18, lastRun: asked19, now: new Date('2026-11-21T10:59:59.999Z') }],
    ['late', { ...through18, lastRun: asked19, now: new Date('2026-11-21T11:00:00Z') }],
    ['pending', { past: false, cursor: undefined, lastRun: undefined }],
    ['failed', { past: false, cursor: undefined, lastRun: run('a', 'b', '1', { status: 'failed' }) }],
  ])('is %s', (status, fields) => {
    expect(streamStatus(evidence(fields))).toBe(status)
  })

  test('follows the clock changes of the zone', () => {
    expect(expectedBy(day('2026-03-28'), 'Europe/Berlin')).toBe('2026-03-30T10:00:00.000Z')
    expect(expectedBy(day('2026-10-24'), 'Europe/Berlin')).toBe('2026-10-26T11:00:00.000Z')
  })

  test('of a source is the worst of its streams', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...statuses), { minLength: 1 }), (of) => {
        const found = worst(of)
        expect(of).toContain(found)
        const isBetter = (one: StreamStatus) => statuses.indexOf(one) <= statuses.indexOf(found)
        expect(of.every((one) => one === 'pending' || isBetter(one))).toBe(true)
        expect(found === 'pending').toBe(of.every((one) => one === 'pending'))
      }),
    )
  })
})
