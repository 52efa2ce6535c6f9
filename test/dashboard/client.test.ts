import { describe, expect, test } from 'vitest'
import { createClient, Refusal } from '../../dashboard/client.js'
import { deploy, fill, json, NEWEST, QUIZ } from '../api/deployment.ts'
import { generateClient } from './generate-client.ts'

/** The client of an app, with every scope that it needs. */
async function connect(key?: string) {
  const deployment = await deploy()
  await fill(deployment)
  const good = key ?? (await deployment.key(['metrics:read', 'ops:read', 'annotations:write']))
  const asked: string[] = []
  const fetch = async (url: string | URL | Request, init?: RequestInit) => {
    asked.push(`${init?.method} ${String(url)}`)
    return deployment.api.request(String(url), init)
  }
  return { ...deployment, asked, client: createClient({ baseUrl: 'http://127.0.0.1/', key: () => good, fetch }) }
}

describe('the files of the client', () => {
  test('are what the document makes of them; with -u they are written anew', async () => {
    const { get } = await deploy()
    const { js, types } = await generateClient(await json(get('/v1/openapi.json')))
    await expect(js).toMatchFileSnapshot('../../dashboard/client.js')
    await expect(types).toMatchFileSnapshot('../../dashboard/client.d.ts')
  })

  test('have every operation of the document', async () => {
    const { client, get } = await connect()
    const { paths } = await json(get('/v1/openapi.json'))
    const ids = Object.values<Record<string, { operationId: string }>>(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    expect(Object.keys(client).sort()).toEqual(ids.sort())
  })
})

describe('a call', () => {
  test('answers typed', async () => {
    const { client, asked } = await connect()
    const { snapshots, metrics } = await client.listMetrics()
    expect(snapshots?.to).toBe(NEWEST)
    const series = await client.getSeries({ id: metrics[0]!.id, from: '2026-11-01', to: NEWEST, granularity: 'day' })
    expect(series.columns.date).toHaveLength(19)
    expect(asked.at(-1)).toBe(
      `GET http://127.0.0.1/v1/metrics/customer_interaction_rate/series?from=2026-11-01&to=${NEWEST}&granularity=day`,
    )
    const snapshot = await client.getSnapshot({ date: NEWEST, metrics: 'revenue' })
    expect(snapshot.metrics.revenue?.windows['1d']?.null_reason).toBe('source_missing')
    expect((await client.listSources()).sources.map(({ id }) => id)).toEqual(['shop', 'mail'])
  })

  test('writes, with headers and a body', async () => {
    const { client } = await connect()
    const body = { date_from: NEWEST, title: 'Sale' }
    const added = await client.addAnnotation({ 'idempotency-key': 'a-1', body })
    expect(await client.addAnnotation({ 'idempotency-key': 'a-1', body })).toEqual(added)
    expect((await client.listAnnotations()).annotations.map(({ id }) => id)).toEqual([QUIZ.id, added.id])
    expect(await client.deleteAnnotation({ id: added.id })).toEqual({ deleted: added.id })
  })

  test('that is refused rejects with the problem', async () => {
    const { client } = await connect()
    const refused = await client.getMetric({ id: '../sources' }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Refusal)
    expect(refused).toMatchObject({
      status: 400,
      problem: { type: '/problems.html#invalid-request', invalid_params: [{ name: 'id' }] },
    })
  })

  test('with a bad key rejects with 401', async () => {
    const { client } = await connect(`tm_${'A'.repeat(43)}`)
    await expect(client.listMetrics()).rejects.toMatchObject({ status: 401, message: expect.stringContaining('key') })
  })

  test('that reaches nobody, or something else, rejects too', async () => {
    const to = (fetch: typeof globalThis.fetch) => createClient({ baseUrl: 'http://127.0.0.1/', key: () => 'x', fetch })
    const gone = to(() => Promise.reject(new TypeError('fetch failed')))
    await expect(gone.getHealth()).rejects.toMatchObject({ status: 0, problem: null })
    const other = to(async () => new Response('<html>', { status: 502 }))
    await expect(other.getHealth()).rejects.toMatchObject({ status: 502, message: 'the server said 502' })
    const empty = to(async () => new Response('<html>', { status: 200 }))
    await expect(empty.getHealth()).rejects.toBeInstanceOf(Refusal)
  })
})
