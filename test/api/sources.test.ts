import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nextRun } from '../../functions/api/next-run.ts'
import type { ScheduleOf } from '../../functions/api/serving.ts'
import {
  type Actor,
  actorOf,
  expectedBy,
  mostUrgent,
  type StreamEvidence,
  type StreamStatus,
  statuses,
  streamStatus,
  worst,
} from '../../functions/api/stream-status.ts'
import { vendorQuotas } from '../../functions/api/vendor-quota.ts'
import { day } from '../../functions/kit/day.ts'
import type { ErrorCode } from '../../functions/kit/errors.ts'
import type { Cadence } from '../../functions/kit/in-aws.ts'
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
      cursor('shop', 'visits', { through: day('2026-11-17'), read: '2026-11-18T04:00:00Z', baseline: null }),
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
    expect(shop).toMatchObject({
      id: 'shop',
      name: 'shopify',
      status: 'needs_reauth',
      acts: 'operator',
      schedule: null,
      next_run_at: null,
      data_through: '2026-11-17',
      expected_by: '2026-11-19T11:00:00.000Z',
      settles_after_days: 3,
      last_success_at: '2026-11-18T04:00:00Z',
      quota: [],
      credential_expires_at: null,
    })
    expect(shop.streams).toEqual([
      {
        name: 'orders',
        status: 'ok',
        acts: 'nobody',
        data_through: '2026-11-19',
        expected_by: '2026-11-21T11:00:00.000Z',
        settles_after_days: 3,
        last_success_at: '2026-11-20T04:01:00Z',
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
        status: 'needs_reauth',
        acts: 'operator',
        data_through: '2026-11-17',
        expected_by: '2026-11-19T11:00:00.000Z',
        settles_after_days: 0,
        last_success_at: '2026-11-18T04:00:00Z',
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
    expect(body.sources[0]).toMatchObject({ data_through: null, expected_by: null, last_success_at: null })
    expect(body.sources[0].streams[0]).toMatchObject({ expected_by: null, last_run: null, rows_quarantined: 0 })
  })

  test('tells when it is collected next, what is left at the vendor, and when its token runs out', async () => {
    const scheduleOf: ScheduleOf = ({ id }) =>
      id === 'shop' ? { cadence: 'hourly', next: nextRun('hourly', 'Europe/Berlin', new Date(NOON)) } : null
    const { table, get, key } = await deploy({ scheduleOf })
    await table.batch([
      run('shop', 'orders', '01A', { quota: { daily: 900 } }),
      run('shop', 'visits', '01B', { quota: { daily: 850, percent: 97 }, ended: '2026-11-20T05:00:00Z' }),
      { ...keys.credential('shop'), expires_at: '2027-01-15T08:00:00.000Z' },
    ])
    const [shop, mail] = (await json(get('/v1/sources', await key()))).sources
    expect(shop).toMatchObject({
      schedule: 'hourly',
      next_run_at: '2026-11-20T13:00:00.000Z',
      quota: [
        { name: 'daily', limit: null, used: null, remaining: 850, resets_at: null, as_of: '2026-11-20T05:00:00Z' },
        { name: 'percent', limit: 100, used: 3, remaining: 97, resets_at: null, as_of: '2026-11-20T05:00:00Z' },
      ],
      credential_expires_at: '2027-01-15T08:00:00.000Z',
    })
    expect(mail).toMatchObject({ schedule: null, next_run_at: null, quota: [], credential_expires_at: null })
    const [headings, ...rows] = (await (await get('/v1/sources/shop?format=csv', await key())).text()).split('\r\n')
    expect(headings).toMatch(/,acts,schedule,next_run_at,credential_expires_at,last_success_at$/)
    expect(rows[0]).toMatch(/,operator,hourly,2026-11-20T13:00:00.000Z,2027-01-15T08:00:00.000Z,2026-11-20T04:01:00Z$/)
  })

  test('a token that was read with after its end was renewed: nobody knows until when', async () => {
    const { table, get, key } = await deploy()
    await table.put({ ...keys.credential('shop'), expires_at: '2026-11-20T04:00:30Z' })
    const said = async () => (await json(get('/v1/sources/shop', await key()))).credential_expires_at
    expect(await said()).toBe('2026-11-20T04:00:30Z')
    await table.put(run('shop', 'orders', '01A'))
    expect(await said()).toBeNull()
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
    ['failed', { lastRun: run('a', 'b', '1', { status: 'failed', error: { code: 'changed', message: 'x' } }) }],
    [
      'needs_reauth',
      { lastRun: run('a', 'b', '1', { status: 'failed', error: { code: 'credentials', message: 'x' } }) },
    ],
    // A run that stands still, or was let in, is no failure, whatever it says.
    ['ok', { lastRun: run('a', 'b', '1', { error: { code: 'credentials', message: 'x' } }) }],
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

describe('who acts', () => {
  const failed = (code: ErrorCode) => ({ error: { code, message: 'x' } })

  test.each<[Actor, StreamStatus, ReturnType<typeof failed> | undefined]>([
    ['nobody', 'ok', undefined],
    ['nobody', 'parked', undefined],
    ['operator', 'late', undefined],
    ['operator', 'held', undefined],
    ['operator', 'missing', undefined],
    ['operator', 'needs_reauth', failed('credentials')],
    ['nobody', 'failed', failed('limited')],
    ['nobody', 'failed', failed('unavailable')],
    ['author', 'failed', failed('changed')],
    ['operator', 'failed', failed('invalid')],
    ['operator', 'failed', undefined],
  ])('%s on what is %s', (actor, status, lastRun) => {
    expect(actorOf(status, lastRun)).toBe(actor)
  })

  test('of several streams: the operator before the author before nobody', () => {
    expect(mostUrgent(['nobody', 'author', 'operator', 'nobody'])).toBe('operator')
    expect(mostUrgent(['nobody', 'author'])).toBe('author')
    expect(mostUrgent([])).toBe('nobody')
  })
})

describe('the next run', () => {
  const next = (cadence: Cadence, now: string, zone = 'Europe/Berlin') =>
    nextRun(cadence, zone, new Date(now))?.toISOString()

  test.each<[string, Cadence, string, string, string?]>([
    ['today at four', 'daily', '2026-11-20T02:59:59Z', '2026-11-20T03:00:00.000Z'],
    ['tomorrow, once it has begun', 'daily', '2026-11-20T03:00:00Z', '2026-11-21T03:00:00.000Z'],
    ['by the clock after it changed', 'daily', '2026-03-28T12:00:00Z', '2026-03-29T02:00:00.000Z'],
    ['not at a time that is skipped', 'cron(30 2 * * ? *)', '2026-03-28T12:00:00Z', '2026-03-30T00:30:00.000Z'],
    ['the next full hour', 'hourly', '2026-11-20T12:00:00Z', '2026-11-20T13:00:00.000Z'],
    [
      'a full hour by the clock of the zone',
      'hourly',
      '2026-11-20T12:31:00Z',
      '2026-11-20T13:30:00.000Z',
      'Asia/Kolkata',
    ],
  ])('is %s', (_, cadence, now, expected, zone) => {
    expect(next(cadence, now, zone)).toBe(expected)
  })

  test('of what does not run every day is not told', () => {
    expect(next('cron(0 6 ? * MON-FRI *)', NOON)).toBeUndefined()
  })
})

describe('a budget of a UTC day', () => {
  const spent = run('shop', 'orders', '01A', {
    quota: { spent_usd: 0.3, left_usd: 19.7 },
    ended: '2026-11-20T04:01:00Z',
  })
  const usd = { name: 'spend_usd', limit: 20, as_of: '2026-11-20T04:01:00Z' }

  test('is what was spent of it', () => {
    expect(vendorQuotas([spent], new Date(NOON))).toEqual([
      { ...usd, used: 0.3, remaining: 19.7, resets_at: '2026-11-21T00:00:00.000Z' },
    ])
  })

  test('is whole again on the next', () => {
    expect(vendorQuotas([spent], new Date('2026-11-21T00:00:00Z'))).toEqual([
      { ...usd, used: 0, remaining: 20, resets_at: '2026-11-22T00:00:00.000Z' },
    ])
  })
})
