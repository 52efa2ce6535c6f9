import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../functions/api/app.ts'
import { leasedQuota } from '../../functions/api/quota.ts'
import { openDynamodb } from '../../functions/store/dynamodb.ts'
import { createTable, noDynoxide, startDynoxide } from '../store/dynoxide.ts'
import { config, type Deployment, deploy, fill, json, metrics } from './deployment.ts'

const limited = /^"default";r=(\d+);t=(\d+)$/

const remaining = (answer: Response) => Number(limited.exec(answer.headers.get('ratelimit') ?? '')?.[1])

async function statuses(count: number, ask: (i: number) => Promise<Response>): Promise<number[]> {
  const found: number[] = []
  for (let i = 0; i < count; i++) found.push((await ask(i)).status)
  return found
}

describe('one instance', () => {
  test('says on every answer what is left, and until when', async () => {
    const { get, key, tick } = await deploy()
    const good = await key()
    const first = await get('/v1/metrics', good)
    expect(first.headers.get('ratelimit-policy')).toBe('"default";q=600;w=60')
    expect(first.headers.get('ratelimit')).toBe('"default";r=599;t=60')
    tick(17_500)
    const refused = await get('/v1/metrics?a=1', good)
    expect(refused.status).toBe(400)
    expect(refused.headers.get('ratelimit')).toBe('"default";r=598;t=43')
  })

  test('beyond it: 429 as registered, Retry-After not before the window ends; then it is full again', async () => {
    const { get, key, tick } = await deploy({ requestsPerMinute: 3 })
    const good = await key()
    tick(59_001)
    expect(await statuses(3, () => get('/v1/metrics', good))).toEqual([200, 200, 200])
    const refused = await get('/v1/metrics', good)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('ratelimit')).toBe('"default";r=0;t=1')
    expect(refused.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect(await json(refused)).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      status: 429,
    })
    tick(999)
    expect(remaining(await get('/v1/metrics', good))).toBe(2)
  })

  test('every key has its own, and what needs no key or has none costs nothing', async () => {
    const { get, key } = await deploy({ requestsPerMinute: 2 })
    const [one, other] = [await key(), await key()]
    await statuses(3, () => get('/v1/metrics', one))
    expect(remaining(await get('/v1/metrics', other))).toBe(1)
    for (const path of ['/v1/health', '/v1/openapi.json', '/v1/metrics']) {
      const answer = await get(path)
      expect(answer.status).not.toBe(429)
      expect(answer.headers.get('ratelimit')).toBeNull()
    }
  })

  test('a key without the scope costs nothing: nothing was asked of the deployment', async () => {
    const { get, key } = await deploy()
    const answer = await get('/v1/sources', await key(['metrics:read']))
    expect(answer.status).toBe(403)
    expect(answer.headers.get('ratelimit')).toBeNull()
  })

  test('an answer 304 costs nothing', async () => {
    const deployment = await deploy({ requestsPerMinute: 4 })
    await fill(deployment)
    const good = await deployment.key()
    const etag = (await deployment.get('/v1/metrics', good)).headers.get('etag')!
    const again = await Promise.all(
      Array.from({ length: 3 }, () => deployment.get('/v1/metrics', good, { 'If-None-Match': etag })),
    )
    expect(again.map(({ status }) => status)).toEqual([304, 304, 304])
    const last = await deployment.get('/v1/metrics', good, { 'If-None-Match': etag })
    expect([last.status, remaining(last)]).toEqual([304, 3])
    expect(remaining(await deployment.get('/v1/metrics', good))).toBe(2)
  })

  test('a command in this process has none', async () => {
    const { api, table } = await deploy({ requestsPerMinute: 1, inProcess: { id: 'cli', name: 'command line' } })
    const put = vi.spyOn(table, 'put')
    expect(await statuses(3, async () => api.request('/v1/metrics'))).toEqual([200, 200, 200])
    expect(put).not.toHaveBeenCalled()
  })
})

describe('several instances on one table', () => {
  const another = ({ table, lake }: Deployment, now: () => Date) =>
    createApp({ store: { table, lake }, config, metrics, now, version: '1.2.3' })

  async function instances(count: number) {
    const deployment = await deploy()
    const at = new Date('2026-11-20T12:00:00.000Z')
    const others = Array.from({ length: count - 1 }, () => another(deployment, () => at))
    const headers = { Authorization: `Bearer ${await deployment.key()}` }
    const ask = [deployment.api, ...others].map((api) => async () => api.request('/v1/metrics', { headers }))
    return { ask, table: deployment.table }
  }

  test.each([2, 4, 6])('%i grant the quota together, and at most a tenth less', async (count) => {
    const { ask } = await instances(count)
    const found = await statuses(700, (i) => ask[i % count]!())
    const granted = found.filter((status) => status === 200).length
    expect(granted).toBeLessThanOrEqual(600)
    expect(granted).toBeGreaterThanOrEqual(540)
    expect(new Set(found)).toEqual(new Set([200, 429]))
  })

  test('at once as well, and however unevenly they are asked', async () => {
    const { ask } = await instances(4)
    const which = (i: number) => (i % 7 === 0 ? 1 + (i % 3) : 0)
    const answers = await Promise.all(Array.from({ length: 800 }, (_, i) => ask[which(i)]!()))
    const granted = answers.filter(({ status }) => status === 200).length
    expect(granted).toBeLessThanOrEqual(600)
    expect(granted).toBeGreaterThanOrEqual(540)
  })

  test('most requests touch no row of it', async () => {
    const { ask, table } = await instances(1)
    const [get, put] = [vi.spyOn(table, 'get'), vi.spyOn(table, 'put')]
    await statuses(120, () => ask[0]!())
    const leases = (calls: readonly (readonly unknown[])[]) =>
      calls.filter(([first]) => /^quota#/.test(typeof first === 'string' ? first : (first as { pk: string }).pk)).length
    expect(leases(get.mock.calls)).toBe(10)
    expect(leases(put.mock.calls)).toBe(10)
  })
})

describe.skipIf(noDynoxide !== undefined)(`on DynamoDB${noDynoxide ? ` (skipped: ${noDynoxide})` : ''}`, () => {
  let server: Awaited<ReturnType<typeof startDynoxide>>
  beforeAll(async () => {
    server = await startDynoxide()
    await createTable(server.client, 'quota')
  })
  afterAll(() => server?.stop())

  test('four instances, asked at once, grant the quota together, and at most a tenth less', async () => {
    const now = () => new Date('2026-11-20T12:00:00.000Z')
    const instances = Array.from({ length: 4 }, () =>
      leasedQuota(openDynamodb({ table: 'quota', client: server.client }), now),
    )
    const standings = await Promise.all(Array.from({ length: 800 }, (_, i) => instances[i % 4]!.take('someone')))
    const granted = standings.filter((standing) => standing.granted).length
    expect(granted).toBeLessThanOrEqual(600)
    expect(granted).toBeGreaterThanOrEqual(540)
    const other = await instances[0]!.take('someone else')
    expect([other.granted, other.remaining]).toEqual([true, 599])
  })
})
