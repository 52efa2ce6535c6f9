import { describe, expect, test } from 'vitest'
import { type Deployment, deploy } from './deployment.ts'
import { daily, openVendor, type Vendor } from './vendor.ts'

const DAYS = ['2026-11-17', '2026-11-18', '2026-11-19'] as const

/** Three days of `count` records, then the second one of `shrunk`, read again at 06:00. */
async function shrink(deployed: Deployment, vendor: Vendor, count: number, shrunk: number) {
  vendor.pageSize = 1000
  vendor.records = daily(DAYS, count)
  await deployed.ingest({ from: DAYS[0] })
  const before = { parts: await deployed.parts(), cursor: await deployed.cursor() }
  vendor.records = [...daily([DAYS[0], DAYS[2]], count), ...daily([DAYS[1]], shrunk)]
  deployed.at('2026-11-21T06:00:00Z')
  const answer = await deployed.ingest({ from: DAYS[0], to: DAYS[2], force: true })
  return { ...before, answer }
}

const NOW = '2026-11-20T06:00:00Z'
const opened = async (kind: Parameters<typeof openVendor>[1]['kind']) => {
  const vendor = openVendor('shop', { kind })
  return { vendor, deployed: await deploy({ sources: [vendor.source], now: NOW }) }
}

describe.each(['events', 'report'] as const)('%s', (kind) => {
  test('a part below half of what it replaces is held; the others move, the cursor does not', async () => {
    const { vendor, deployed } = await opened(kind)
    await using _ = deployed
    const { answer, parts, cursor } = await shrink(deployed, vendor, 40, 19)
    expect(answer.status).toBe('held')
    expect(await deployed.run(answer.run)).toMatchObject({ status: 'held' })
    const after = await deployed.parts()
    expect(after[DAYS[1]]).toEqual(parts[DAYS[1]])
    expect(after[DAYS[0]]).toMatchObject({ run: answer.run, digest: parts[DAYS[0]]!.digest })
    expect(after[DAYS[2]]).toMatchObject({ run: answer.run })
    expect(await deployed.cursor()).toEqual(cursor)
    expect(await deployed.held()).toEqual({
      [DAYS[1]]: {
        pk: 'held#shop#rows',
        sk: DAYS[1],
        run: answer.run,
        manifest: `manifests/shop/rows/${DAYS[1]}/${answer.run}.json`,
        rows: 19,
        before: 40,
        read: '2026-11-21T06:00:00.000Z',
      },
    })
    // Readers go on seeing the older part; what is held can be looked at.
    expect((await deployed.rows()).length).toBe(120)
    expect(await deployed.manifest(DAYS[1], answer.run)).toMatchObject({ rows: 19, replaces: parts[DAYS[1]]!.run })
  })

  test.each([
    ['exactly half', 40, 20],
    ['of fewer than 20 rows', 19, 0],
    ['that grew', 40, 80],
  ])('a part %s is not held', async (_, count, shrunk) => {
    const { vendor, deployed } = await opened(kind)
    await using __ = deployed
    const { answer } = await shrink(deployed, vendor, count, shrunk)
    expect(answer.status).toBe('ok')
    expect(await deployed.held()).toEqual({})
    expect((await deployed.parts())[DAYS[1]]).toMatchObject({ run: answer.run, rows: shrunk })
  })

  test('is let in when a reading six hours later agrees; then the cursor moves', async () => {
    const { vendor, deployed } = await opened(kind)
    await using _ = deployed
    await shrink(deployed, vendor, 2000, 900)
    deployed.at('2026-11-21T11:59:59Z')
    vendor.asked.length = 0
    expect(await deployed.ingest({ from: DAYS[0], to: DAYS[2] })).toMatchObject({ status: 'held', days: 0 })
    expect(vendor.asked).toEqual([])
    deployed.at('2026-11-21T12:00:00Z')
    vendor.records = vendor.records.slice(0, -18)
    const answer = await deployed.ingest({ to: DAYS[2] })
    expect(vendor.asked.map(({ from, to }) => [from, to])).toEqual([[DAYS[1], DAYS[1]]])
    expect(answer).toMatchObject({ status: 'ok', facts: 882 })
    expect(await deployed.held()).toEqual({})
    expect((await deployed.parts())[DAYS[1]]).toMatchObject({ run: answer.run, rows: 882 })
    expect(await deployed.cursor()).toMatchObject({ run: answer.run })
  })

  test('stays held when that reading says something else again', async () => {
    const { vendor, deployed } = await opened(kind)
    await using _ = deployed
    const { parts } = await shrink(deployed, vendor, 2000, 900)
    deployed.at('2026-11-21T12:00:00Z')
    vendor.records = vendor.records.slice(0, -19)
    const answer = await deployed.ingest({ to: DAYS[2] })
    expect(answer.status).toBe('held')
    expect((await deployed.held())[DAYS[1]]).toMatchObject({ run: answer.run, rows: 881, before: 2000 })
    expect((await deployed.parts())[DAYS[1]]).toEqual(parts[DAYS[1]])
  })

  test('is let in when the vendor has found its rows again', async () => {
    const { vendor, deployed } = await opened(kind)
    await using _ = deployed
    await shrink(deployed, vendor, 40, 0)
    deployed.at('2026-11-21T13:00:00Z')
    vendor.records = daily(DAYS, 40)
    expect(await deployed.ingest({ to: DAYS[2] })).toMatchObject({ status: 'ok', facts: 40 })
    expect(await deployed.held()).toEqual({})
  })
})

test.each(['level', 'whole', 'entity'] as const)('%s: nothing is ever held', async (kind) => {
  const { vendor, deployed } = await opened(kind)
  await using _ = deployed
  const changed = (count: number) => daily(DAYS, count).map((record) => ({ ...record, changed: record.at }))
  vendor.records = changed(40)
  vendor.pageSize = 1000
  await deployed.ingest({ from: DAYS[0] })
  deployed.at('2026-11-21T06:00:00Z')
  vendor.records = changed(1)
  expect(await deployed.ingest({ from: DAYS[0], to: DAYS[2], force: true })).toMatchObject({ status: 'ok' })
  expect(await deployed.held()).toEqual({})
})
