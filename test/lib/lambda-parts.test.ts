import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { dropBox } from '../../functions/ingest/drop-box.ts'
import { lateMetric } from '../../functions/kit/late-metric.ts'
import { setUp, handler as setupHandler } from '../../functions/setup/handler.ts'
import { openDirectory } from '../../functions/store/directory.ts'
import { openEnv } from '../../functions/store/env.ts'
import { keys } from '../../functions/store/rows.ts'
import { lateDay } from '../../functions/watch/late-day.ts'
import { memoryTable } from '../store/memory-table.ts'

const home = mkdtempSync(join(tmpdir(), 'tidemark-parts-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('the drop box', () => {
  const lake = openDirectory(join(home, 'lake'))
  const namesOf = async (pattern: string, source = 'shop') => {
    const names: string[] = []
    for await (const { name } of dropBox(lake, source).open(pattern)) names.push(name)
    return names
  }

  it('gives files of one source by path or glob, sorted, with their bytes', async () => {
    for (const key of ['shop/b.csv', 'shop/a.csv', 'shop/old/c.csv', 'shop/a.txt', 'shop-2/z.csv']) {
      await lake.put(`drop/${key}`, Buffer.from(key))
    }
    expect(await namesOf('a.csv')).toEqual(['a.csv'])
    expect(await namesOf('./old/c.csv')).toEqual(['old/c.csv'])
    expect(await namesOf('*.csv')).toEqual(['a.csv', 'b.csv'])
    expect(await namesOf('**/*.csv')).toEqual(['a.csv', 'b.csv', 'old/c.csv'])
    for await (const { chunks } of dropBox(lake, 'shop').open('b.csv')) {
      expect(Buffer.concat(await Array.fromAsync(chunks)).toString()).toBe('shop/b.csv')
    }
  })

  it('says how to upload a file that is not there', async () => {
    await expect(namesOf('sales.csv')).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('aws s3 cp sales.csv s3://<bucket>/drop/shop/sales.csv'),
    })
  })
})

describe('a late snapshot', () => {
  const watched = { timezone: 'Europe/Berlin', expectedBy: 330 }
  const head = { ...keys.head('2026-11-19' as never), revision: 1 }

  it('is one that is not there by the hour, of a day that the deployment has seen', async () => {
    const table = memoryTable(Date.now)
    const late = (now: string) => lateDay(table, watched, new Date(now))
    expect(await late('2026-11-20T12:00:00Z')).toBeNull()
    await table.put({ ...keys.deployed(), at: '2026-11-19T10:00:00Z' })
    // 05:29 and 05:30 in Berlin
    expect(await late('2026-11-20T04:29:00Z')).toBeNull()
    expect(await late('2026-11-20T04:30:00Z')).toBe('2026-11-19')
    await table.put(head)
    expect(await late('2026-11-20T04:30:00Z')).toBeNull()
    expect(await late('2026-11-21T04:29:59Z')).toBeNull()
    expect(await late('2026-11-21T04:30:00Z')).toBe('2026-11-20')
  })

  it('is a point in the format that CloudWatch takes out of logs', () => {
    const point = JSON.parse(lateMetric('dev', true, new Date(5)))
    expect(point).toEqual({
      _aws: {
        Timestamp: 5,
        CloudWatchMetrics: [
          { Namespace: 'Tidemark', Dimensions: [['Stage']], Metrics: [{ Name: 'SnapshotLate', Unit: 'Count' }] },
        ],
      },
      Stage: 'dev',
      SnapshotLate: 1,
    })
  })
})

describe('setup', () => {
  it('makes what is made once, and leaves it ever after', async () => {
    const table = memoryTable(Date.now)
    const secrets = openEnv({ home: join(home, 'setup'), env: {}, dotenv: join(home, 'none') })
    await setUp({ table, secrets }, new Date('2026-11-19T10:00:00Z'))
    const pepper = await secrets.pepper()
    await setUp({ table, secrets }, new Date('2026-12-24T10:00:00Z'))
    expect(await secrets.pepper()).toBe(pepper)
    const { pk, sk } = keys.deployed()
    expect(await table.get(pk, sk)).toMatchObject({ at: '2026-11-19T10:00:00.000Z' })
  })

  it.each([
    ['Delete', 'SUCCESS'],
    // There is no config.json beside the source.
    ['Create', 'FAILED'],
  ] as const)('answers CloudFormation on %s: %s', async (RequestType, Status) => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { promise, resolve } = Promise.withResolvers<{ type: string | undefined; body: string }>()
    const server = createServer(async (request, response) => {
      const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>)
      response.end()
      resolve({ type: request.headers['content-type'], body: Buffer.concat(chunks).toString() })
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const ResponseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const ids = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Pepper' }
    await setupHandler({ RequestType, ResponseURL, ...ids })
    const { type, body } = await promise
    expect(JSON.parse(body)).toMatchObject({ Status, PhysicalResourceId: 'tidemark-setup', ...ids })
    // The address is signed for a request without one.
    expect(type ?? '').toBe('')
    vi.restoreAllMocks()
    server.close()
  })
})
