import { describe, expect, test } from 'vitest'
import { day, eachDay } from '../../functions/kit/day.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { keys } from '../../functions/store/rows.ts'
import { type Deployment, deploy } from './deployment.ts'
import { daily, openVendor, type Vendor, type VendorRecord } from './vendor.ts'

const NOW = '2026-11-20T06:00:00Z'
const DAYS = eachDay(day('2026-11-15'), day('2026-11-19'))
const RANGE = { from: '2026-11-15', to: '2026-11-19' }

/** What readers would find, ids of runs and objects aside. */
async function committed(deployed: Deployment) {
  const parts = Object.values(await deployed.parts()).map(({ sk, rows, digest }) => [sk, rows, digest])
  const facts = (await deployed.rows()).map(({ run: _, ...row }) => JSON.stringify(row)).sort()
  return { parts, facts }
}

/** Ends every invocation after so many pages. */
function yieldEvery(deployed: Deployment, pages: number) {
  deployed.remaining = (pagesRead) => (pagesRead >= pages ? 30_000 : 900_000)
}

async function readAll(vendor: Vendor, pages: number) {
  await using deployed = await deploy({ sources: [vendor.source], now: NOW })
  if (pages > 0) yieldEvery(deployed, pages)
  const answer = await deployed.ingest(RANGE)
  return { answer, found: await committed(deployed), runs: await deployed.keys('runs/') }
}

describe('an invocation that has to end', () => {
  const records: readonly VendorRecord[] = [
    ...daily(DAYS, 3),
    // Comes again on a later page, and so in another invocation.
    { key: '2026-11-15-0', at: '2026-11-15T12:00:00Z' },
  ]

  test.each([1, 2, 3, 7])('after every %d pages leads to the same facts as one that reads on', async (pages) => {
    const whole = openVendor('shop', { kind: 'events' })
    whole.records = records
    const straight = await readAll(whole, 0)
    expect(straight.answer).toMatchObject({ status: 'ok', turns: 1, pages: 8, records: 16, facts: 15 })

    const cut = openVendor('shop', { kind: 'events' })
    cut.records = records
    const resumed = await readAll(cut, pages)
    expect(resumed.found).toEqual(straight.found)
    expect(resumed.answer).toMatchObject({ status: 'ok', days: 5, pages: 8, records: 16, facts: 15 })
    expect(resumed.answer.turns).toBe(Math.ceil(8 / pages))
    const firsts = cut.asked.map((asked) => asked.pages[0])
    expect(firsts).toEqual(Array.from({ length: firsts.length }, (_, turn) => turn * pages))
  })

  test.each(['whole', 'entity', 'level', 'report'] as const)('reads a %s stream to the same end', async (kind) => {
    const changed = records.map((record, n) => ({
      ...record,
      changed: `2026-11-19T${String(n).padStart(2, '0')}:00:00Z`,
    }))
    const make = () => {
      const vendor = openVendor('shop', { kind })
      vendor.records = kind === 'whole' ? records : changed
      return vendor
    }
    const straight = await readAll(make(), 0)
    const resumed = await readAll(make(), 1)
    expect(resumed.answer.turns).toBe(8)
    expect(resumed.found).toEqual(straight.found)
  })

  test('does so side by side in every slice', async () => {
    const make = () => {
      const vendor = openVendor('shop', { kind: 'events', slices: ['eu', 'us', 'asia pacific'] })
      vendor.records = ['eu', 'us', 'us', 'us', 'asia pacific'].flatMap((slice, i) =>
        daily(DAYS, 2).map((record) => ({ ...record, key: `${i} ${record.key}`, slice })),
      )
      return vendor
    }
    const straight = await readAll(make(), 0)
    const cut = make()
    const resumed = await readAll(cut, 1)
    expect(resumed.found).toEqual(straight.found)
    expect(resumed.found.facts).toHaveLength(50)
    const bySlice = Map.groupBy(cut.asked, ({ slice }) => slice)
    expect([...bySlice].map(([slice, asked]) => [slice, asked.map(({ pages }) => pages[0])])).toEqual([
      ['eu', [0, 1, 2, 3, 4]],
      ['us', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]],
      ['asia pacific', [0, 1, 2, 3, 4]],
    ])
  })

  test('tells of it in one run, whose objects are all different', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = records
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    yieldEvery(deployed, 3)
    const { run } = await deployed.ingest(RANGE)
    const record = await deployed.record(run)
    expect(record).toMatchObject({ records: 16, repeated: 1, turns: 3 })
    expect(record.pages.map(({ key }) => key.split('/').at(-1))).toEqual([
      '000000-0.zst',
      '000001-0.zst',
      '000002-0.zst',
      '000003-1.zst',
      '000004-1.zst',
      '000005-1.zst',
      '000006-2.zst',
      // The page that came again is the whole of the first.
      '000007-2.zst',
    ])
    expect(new Set(record.pages.map(({ key }) => key)).size).toBe(8)
    const named = Object.values(await deployed.parts()).map(
      async (part) => (await deployed.manifest(part.sk, run)).facts,
    )
    const objects = (await Promise.all(named)).flatMap((facts) => Object.values(facts).flatMap((fact) => fact.objects))
    expect(new Set(objects).size).toBe(objects.length)
    expect(objects.sort()).toEqual(await deployed.keys('facts/'))
    expect(await deployed.run(run)).toMatchObject({ status: 'ok', pages: 8, records: 16, facts: 15 })
  })

  test('leaves nothing visible until the last one commits', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = records
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    yieldEvery(deployed, 2)
    const first = await deployed.once(RANGE)
    expect(first).toMatchObject({ status: 'more', waitSeconds: 0 })
    expect(await deployed.run(first.run)).toMatchObject({ status: 'running', ended: null })
    for (const prefix of ['manifests/', 'log/', `runs/${first.run}.json`])
      expect(await deployed.keys(prefix)).toEqual([])
    expect(await deployed.parts()).toEqual({})

    vendor.before = () => {
      throw new TidemarkError('changed', 'the vendor moved on')
    }
    await expect(deployed.once({ ...RANGE, state: first.state })).rejects.toThrow('the vendor moved on')
    expect(await deployed.run(first.run)).toMatchObject({
      status: 'failed',
      pages: 2,
      error: { code: 'changed', message: 'the vendor moved on' },
    })
    expect(await deployed.parts()).toEqual({})
    expect(await deployed.cursor()).toBeUndefined()
    expect(await deployed.keys('log/')).toEqual([])
  })

  test('can be repeated from the same state', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = records
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    yieldEvery(deployed, 3)
    const first = await deployed.once(RANGE)
    const once = await deployed.once({ ...RANGE, state: first.state })
    const again = await deployed.once({ ...RANGE, state: first.state })
    expect(again).toEqual(once)
    const { run } = await deployed.ingest({ ...RANGE, state: again.state })
    expect(await deployed.record(run)).toMatchObject({ records: 16, repeated: 1 })
    expect((await deployed.rows()).length).toBe(15)
  })

  test('repeated after its commit, it leaves the parts that readers have seen as they are', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = records
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    yieldEvery(deployed, 5)
    const first = await deployed.once(RANGE)
    deployed.remaining = () => 900_000
    const { run } = await deployed.once({ ...RANGE, state: first.state })
    const before = await deployed.dump()
    vendor.records = []
    expect(await deployed.once({ ...RANGE, state: first.state })).toMatchObject({ status: 'ok', run: null, days: 0 })
    const lake = (files: typeof before) =>
      files
        .filter(({ path }) => path.startsWith('lake/'))
        .map(({ path }) => path)
        .sort()
    expect(lake(await deployed.dump())).toEqual(lake(before))
    expect((await deployed.parts())['2026-11-15']).toMatchObject({ run, rows: 3 })
  })

  test('begins anew if what was read before is no longer there', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = records
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    yieldEvery(deployed, 5)
    const first = await deployed.once(RANGE)
    await deployed.store.lake.delete([`runs/${first.run}/000.json.zst`])
    const answer = await deployed.ingest({ ...RANGE, state: first.state })
    expect(answer).toMatchObject({ status: 'ok', facts: 15 })
    expect(answer.run).not.toBe(first.run)
  })

  test('goes on after the last page as well: there is nothing left to read', async () => {
    const vendor = openVendor('shop', { kind: 'whole' })
    vendor.records = daily(['2026-11-19'], 1)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    deployed.remaining = () => 30_000
    expect(await deployed.ingest()).toMatchObject({ status: 'ok', turns: 1, facts: 1 })
  })

  test('between two ranges goes on with the second', async () => {
    const vendor = openVendor('shop', { kind: 'events', span: 2 })
    vendor.records = records
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    deployed.remaining = () => 30_000
    const answer = await deployed.ingest(RANGE)
    expect(answer).toMatchObject({ status: 'ok', days: 5, facts: 15, pages: 9 })
    expect(vendor.asked.filter(({ resume }) => resume === null).map(({ from, to }) => [from, to])).toEqual([
      ['2026-11-15', '2026-11-16'],
      ['2026-11-17', '2026-11-18'],
      ['2026-11-19', '2026-11-19'],
    ])
  })
})

describe('the state', () => {
  test('takes at most 4 KB', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = daily(DAYS, 2)
    const run = async (length: number) => {
      vendor.token = (n) => `${n}${'x'.repeat(length - 1)}`
      await using deployed = await deploy({ sources: [vendor.source], now: NOW })
      deployed.remaining = () => 30_000
      try {
        return Buffer.byteLength(JSON.stringify((await deployed.once(RANGE)).state))
      } catch (error) {
        const [row] = await Array.fromAsync(deployed.store.table.query(keys.run('shop', '').pk))
        expect(row).toMatchObject({ status: 'failed', error: { code: 'changed' } })
        return error
      }
    }
    const rest = ((await run(1)) as number) - 1
    expect(await run(4096 - rest)).toBe(4096)
    expect(await run(4097 - rest)).toMatchObject({
      code: 'changed',
      message: expect.stringMatching(/^to go on with shop.rows takes 4097 bytes of state; expected at most 4096/),
    })
  })

  test('that has no room for why it waits does without', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = daily(DAYS, 2)
    vendor.token = (n) => `${n}${'x'.repeat(3_500)}`
    vendor.before = (n) => {
      if (n === 1) throw new TidemarkError('limited', 'slow down '.repeat(40))
      return undefined
    }
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const { status, run, state } = await deployed.once(RANGE)
    expect([status, state!.unfinished!.waitedFor]).toEqual(['wait', null])
    expect((await deployed.run(run)).warnings).toMatchObject([{ code: 'waiting' }])
  })

  test.each([
    ['of another version', { unfinished: null, next: null }],
    ['of year 2999', { unfinished: null, next: '2999-01-01', totals: {} }],
    ['of wrong types', { unfinished: 7, next: null, totals: null }],
  ])('%s is refused, and nothing is touched', async (_, state) => {
    const vendor = openVendor('shop', { kind: 'events' })
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await expect(deployed.once({ state: state as never })).rejects.toMatchObject({ code: 'invalid' })
    expect(vendor.asked).toEqual([])
    expect(await deployed.keys('')).toEqual([])
  })
})

describe('waiting', () => {
  test('is told by the stream, starts at 60 s and doubles to 15 minutes', async () => {
    const vendor = openVendor('shop', { kind: 'report' })
    vendor.records = daily(DAYS, 1)
    vendor.before = (n) => (n === 1 && vendor.asked.length <= 7 ? 'wait' : undefined)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const answer = await deployed.ingest(RANGE)
    expect(answer).toMatchObject({ status: 'ok', facts: 5, pages: 3 })
    expect(answer.waits).toEqual([60, 120, 240, 480, 900, 900, 900])
    expect(vendor.asked.map(({ resume }) => resume)).toEqual([null, '1', '1', '1', '1', '1', '1', '1'])
    expect(await deployed.record(answer.run)).toMatchObject({ turns: 8, waited: 3600 })
    // Turns that read nothing leave nothing.
    expect((await deployed.keys(`runs/${answer.run}/`)).length).toBe(1)
  })

  test.each([
    ['no longer than ours', 5, 60],
    ['longer than ours', 700, 700],
    ['longer than 15 minutes', 86_400, 900],
    ['unsaid', undefined, 60],
  ])('follows a quota that is gone; the time the vendor asked for is %s', async (_, retryAfter, waits) => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = daily(DAYS, 1)
    vendor.before = (n) => {
      if (n === 2 && vendor.asked.length === 1) throw new TidemarkError('limited', 'slow down', { retryAfter })
      return undefined
    }
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const answer = await deployed.ingest(RANGE)
    expect(answer).toMatchObject({ status: 'ok', facts: 5, pages: 3, waits: [waits] })
    expect(vendor.asked.map(({ resume }) => resume)).toEqual([null, '2'])
  })

  test('says in words what for, for as long as it lasts, and in the record', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = daily(DAYS, 1)
    vendor.before = (n) => {
      if (n === 2 && vendor.asked.length === 1)
        throw new TidemarkError('limited', 'the day is spent', { retryAfter: 9 })
      return n === 1 && vendor.asked.length === 2 ? 'wait' : undefined
    }
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const { run, state } = await deployed.once(RANGE)
    expect(await deployed.run(run)).toMatchObject({
      status: 'running',
      ended: null,
      pages: 2,
      warnings: [{ code: 'waiting', message: 'the day is spent' }],
    })
    deployed.remaining = () => 30_000
    expect(await deployed.once({ ...RANGE, state })).toMatchObject({ status: 'ok' })
    expect(await deployed.run(run)).toMatchObject({ status: 'ok', warnings: [] })
    expect(await deployed.record(run)).toMatchObject({ waited: 60, waitedFor: 'the day is spent' })
  })

  test('no longer says so once it reads on; a long reason is cut, for the state to stay small', async () => {
    const vendor = openVendor('shop', { kind: 'events' })
    vendor.records = daily(DAYS, 1)
    vendor.before = (n) => {
      if (n === 0 && vendor.asked.length === 1) throw new TidemarkError('limited', `slow down${'!'.repeat(1_000)}`)
      return undefined
    }
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const { run, state } = await deployed.once(RANGE)
    const [waiting] = (await deployed.run(run)).warnings
    expect(waiting?.message).toMatch(/^slow down!{391}…$/)
    deployed.remaining = () => 30_000
    expect(await deployed.once({ ...RANGE, state })).toMatchObject({ status: 'more' })
    expect((await deployed.run(run)).warnings).toEqual([])
  })

  test('one slice waits, another fails: it fails', async () => {
    const vendor = openVendor('shop', { kind: 'events', slices: ['a', 'b'] })
    vendor.before = (_, { slice }) => {
      if (slice === 'a') throw new TidemarkError('limited', 'slow down', { retryAfter: 1 })
      throw new TidemarkError('credentials', 'no such key')
    }
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    await expect(deployed.ingest()).rejects.toThrow('no such key')
  })

  test('parks after 50 turns; the next event takes it up, and then looks at what it was asked for', async () => {
    const vendor = openVendor('shop', { kind: 'report' })
    vendor.records = daily(DAYS, 1)
    vendor.before = (n) => (n === 1 && vendor.asked.length <= 50 ? 'wait' : undefined)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const parked = await deployed.ingest(RANGE)
    expect(parked).toMatchObject({ status: 'parked', turns: 50, state: null })
    expect(await deployed.run(parked.run)).toMatchObject({
      status: 'parked',
      pages: 1,
      warnings: [{ code: 'waiting', message: 'the vendor is still preparing its answer' }],
    })
    expect(await deployed.parts()).toEqual({})

    const answer = await deployed.ingest({ from: '2026-11-10', to: '2026-11-11' })
    expect(answer).toMatchObject({ status: 'ok', days: 7, facts: 5, turns: 1 })
    expect(vendor.asked.slice(-2)).toMatchObject([
      { from: '2026-11-15', to: '2026-11-19', resume: '1' },
      { from: '2026-11-10', to: '2026-11-11', resume: null },
    ])
    expect((await deployed.parts())['2026-11-15']).toMatchObject({ run: parked.run })
    expect(await deployed.store.table.get(keys.parked('shop', 'rows').pk, 'rows')).toBeUndefined()
    vendor.asked.length = 0
    await deployed.ingest()
    expect(vendor.asked.some(({ resume }) => resume !== null)).toBe(false)
  })

  test.each([
    ['changed', false],
    ['unavailable', true],
  ] as const)('taken up, a parked reading that fails with %s is kept: %s', async (code, kept) => {
    const vendor = openVendor('shop', { kind: 'report' })
    vendor.records = daily(DAYS, 1)
    vendor.before = (n) => (n === 1 ? 'wait' : undefined)
    await using deployed = await deploy({ sources: [vendor.source], now: NOW })
    const parked = await deployed.ingest(RANGE)
    vendor.before = () => {
      throw new TidemarkError(code, 'no report of that id')
    }
    await expect(deployed.ingest(RANGE)).rejects.toThrow('no report of that id')
    vendor.before = () => undefined
    const answer = await deployed.ingest(RANGE)
    expect(answer).toMatchObject({ status: 'ok', facts: 5 })
    expect(answer.run === parked.run).toBe(kept)
  })
})
