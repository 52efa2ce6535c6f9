import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { problems } from '../../functions/api/problem.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { metrics as declared } from '../../functions/metrics/index.ts'
import { retired } from '../../functions/metrics/retired.ts'
import { deploy, fill, json, QUIZ } from './deployment.ts'
import { document, routes } from './operations.ts'

const SERIES = '/v1/metrics/customer_interaction_rate/series'

async function expectProblem(answer: Response, name: keyof typeof problems) {
  const [status, title] = problems[name]
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('etag')).toBeNull()
  const body = await json(answer)
  expect(body).toMatchObject({ type: `/problems.html#${name}`, title, status })
  expect(body.instance).toBe(answer.headers.get('x-request-id'))
  expect(body.instance).toMatch(/^[\w-]{8,}$/)
  return body
}

test('every problem is explained on the page that its type points to', async () => {
  const page = await readFile(new URL('../../dashboard/problems.html', import.meta.url), 'utf8')
  const explained = [...page.matchAll(/<dt id="([a-z-]+)">/g)].map(([, id]) => id)
  expect(explained.sort()).toEqual(Object.keys(problems).sort())
})

describe('input that does not fit', () => {
  test.each([
    ['a day that does not exist', `${SERIES}?from=2026-02-30`, 'from'],
    ['the year 0', `${SERIES}?from=0000-01-01`, 'from'],
    ['the year 10000', `${SERIES}?to=10000-01-01`, 'to'],
    ['a date-time', `${SERIES}?to=2026-11-19T00:00:00Z`, 'to'],
    ['an empty day', `${SERIES}?from=`, 'from'],
    ['a null byte', `${SERIES}?from=2026-11-01%00`, 'from'],
    ['broken escapes', `${SERIES}?from=%E0%A4%A`, 'from'],
    ['from after to', `${SERIES}?from=2026-11-02&to=2026-11-01`, 'from'],
    ['a hundred years', `${SERIES}?from=1926-11-20&to=2026-11-19`, 'from'],
    ['a day beyond ten years', `${SERIES}?from=2016-11-18&to=2026-11-19`, 'from'],
    ['a repeated parameter', `${SERIES}?from=2026-11-01&from=2026-11-02`, 'from'],
    ['a window that is not computed', `${SERIES}?window=7d`, 'window'],
    ['a parameter that does not exist', `${SERIES}?form=2026-11-01`, 'form'],
    ['a parameter named like a prototype', `${SERIES}?__proto__=1`, '__proto__'],
    ['a parameter where there is none', '/v1/metrics?a=1', 'a'],
    ['an id in capitals', '/v1/metrics/Revenue', 'id'],
    ['an id with a null byte', '/v1/metrics/revenue%00', 'id'],
    ['an id that climbs', '/v1/metrics/..%2f..%2fetc', 'id'],
    ['latest, which is no day', '/v1/snapshots/latest', 'date'],
    ['a day that does not exist, in the path', '/v1/snapshots/2026-02-30', 'date'],
    ['an empty list', '/v1/snapshots/2026-11-19?metrics=', 'metrics'],
    ['an unknown metric in the list', '/v1/snapshots/2026-11-19?metrics=revenue,profit', 'metrics'],
    ['a repeated list', '/v1/snapshots/2026-11-19?metrics=revenue&metrics=revenue', 'metrics'],
  ])('%s: 400', async (_, path, name) => {
    const deployment = await deploy()
    await fill(deployment)
    const body = await expectProblem(await deployment.get(path, await deployment.key()), 'invalid-request')
    expect(body.invalid_params).toHaveLength(1)
    expect(body.invalid_params[0].name).toBe(name)
    expect(body.invalid_params[0].reason.length).toBeGreaterThan(5)
    expect(deployment.logged).toEqual([])
  })

  test('several faults are named at once', async () => {
    const { get, key } = await deploy()
    const body = await expectProblem(await get(`${SERIES}?from=x&to=y&a=1`, await key()), 'invalid-request')
    expect(body.invalid_params.map(({ name }: { name: string }) => name).sort()).toEqual(['a', 'from', 'to'])
  })

  test('a parameter of 1 MB: 414, and nothing of it comes back', async () => {
    const { get, key } = await deploy()
    const answer = await get(`${SERIES}?from=${'9'.repeat(1 << 20)}`, await key())
    expect((await answer.clone().text()).length).toBeLessThan(1_000)
    await expectProblem(answer, 'url-too-long')
  })

  test('a body beyond 64 KiB: 413', async () => {
    const { api } = await deploy()
    const answer = await api.request('/v1/metrics', { method: 'POST', body: 'x'.repeat(65_537) })
    await expectProblem(answer, 'body-too-large')
  })

  test.each(['/v1/metrics/no_such_metric', '/v1/metrics/no_such_metric/series', '/v1/metrics/constructor'])(
    'an id that no metric has: 404 for %s',
    async (path) => {
      const { get, key } = await deploy()
      await expectProblem(await get(path, await key()), 'unknown-metric')
    },
  )

  test.each([
    '/v1/metrics/likes',
    '/v1/metrics/likes/series',
    '/v1/metrics/likes/value',
    '/v1/metrics/likes/explain',
    `/v1/annotations/${QUIZ.id}/effect?metric=likes`,
  ])('a metric that was removed: 410 for %s, saying what to ask for', async (path) => {
    const gone = { id: 'likes', note: 'it counted stars of some networks', replacement: 'social_interactions' }
    const { get, key } = await deploy({ retired: [gone, { id: 'pokes', note: 'nobody pokes', replacement: null }] })
    const { detail } = await expectProblem(await get(path, await key()), 'retired-metric')
    expect(detail).toBe("'likes' was removed: it counted stars of some networks; ask for 'social_interactions' instead")
    const { detail: without } = await expectProblem(
      await get(path.replace('likes', 'pokes'), await key()),
      'retired-metric',
    )
    expect(without).toMatch(/; nothing takes its place$/)
  })

  test('every operation that names one metric documents 404 and 410', () => {
    const operations = Object.values<Record<string, { operationId: string; responses: object }>>(document.paths)
    const gone = operations.flatMap(Object.values).filter(({ responses }) => '410' in responses)
    expect(gone.map(({ operationId }) => operationId).sort()).toEqual(
      ['explainChange', 'getEffect', 'getMetric', 'getSeries', 'getValue'].sort(),
    )
    for (const { responses } of gone) expect(responses).toHaveProperty('404')
  })

  test('nothing is declared that was removed, and what takes its place is', () => {
    const ids = declared.map(({ id }) => id)
    expect(retired.filter(({ id }) => ids.includes(id))).toEqual([])
    expect(retired.filter(({ replacement }) => replacement !== null && !ids.includes(replacement))).toEqual([])
  })

  test('a day without a snapshot: 404, saying which days there are', async () => {
    const deployment = await deploy()
    const key = await deployment.key()
    const before = await expectProblem(await deployment.get('/v1/snapshots/2020-01-01', key), 'no-snapshot')
    expect(before.detail).toBe('no snapshot of 2020-01-01; none was computed yet')
    await fill(deployment)
    const after = await expectProblem(await deployment.get('/v1/snapshots/2020-01-01', key), 'no-snapshot')
    expect(after.detail).toBe('no snapshot of 2020-01-01; there are snapshots from 2026-10-30 to 2026-11-19')
  })
})

describe('routes and methods', () => {
  test.each([
    '/',
    '/v1',
    '/v1/',
    '/v2/metrics',
    '/v1/metrics/',
    '/v1/metrics/revenue/series/x',
    '/etc/passwd',
    '/%2e%2e/a',
  ])('%s is no route', async (path) => {
    const { get, key } = await deploy()
    await expectProblem(await get(path, await key()), 'no-such-route')
  })

  test.each(
    [...Map.groupBy(routes, ({ path }) => path)].flatMap(([path, known]) => {
      const methods = known.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
      const others = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((method) => !methods.includes(method))
      return others.map((method) => [method, path, methods.sort().join(', ')])
    }),
  )('%s %s: 405 with Allow', async (method, path, allowed) => {
    const { api } = await deploy()
    const answer = await api.request(path!, { method: method! })
    expect(answer.headers.get('allow')?.split(', ').sort().join(', ')).toBe(allowed)
    await expectProblem(answer, 'method-not-allowed')
  })

  test('HEAD answers like GET, without the body', async () => {
    const deployment = await deploy()
    const headers = { Authorization: `Bearer ${await deployment.key()}` }
    const [get, head] = await Promise.all(
      ['GET', 'HEAD'].map((method) => deployment.api.request('/v1/metrics', { method, headers })),
    )
    expect(head!.status).toBe(200)
    expect(head!.headers.get('etag')).toBe(get!.headers.get('etag'))
    expect(await head!.text()).toBe('')
  })
})

describe('hosts', () => {
  test.each(['http://evil.example/v1/health', 'http://127.0.0.1.evil.example/v1/health', 'http://10.0.0.1/v1/health'])(
    '%s is not served',
    async (url) => {
      const { api } = await deploy()
      await expectProblem(await api.request(url), 'wrong-host')
    },
  )

  test.each(['http://localhost:8787/v1/health', 'http://127.0.0.1:8787/v1/health', 'http://[::1]:8787/v1/health'])(
    '%s is served',
    async (url) => {
      const { api } = await deploy()
      expect((await api.request(url)).status).toBe(200)
    },
  )

  test('a foreign Host header is refused under a loopback URL', async () => {
    const { api } = await deploy()
    const answer = await api.request('http://127.0.0.1:8787/v1/health', { headers: { Host: 'evil.example' } })
    await expectProblem(answer, 'wrong-host')
  })

  test('behind a gateway any name is served, with Strict-Transport-Security', async () => {
    const { api } = await deploy({ anyHost: true })
    const answer = await api.request('https://api.example.com/v1/health')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('strict-transport-security')).toContain('max-age=63072000')
  })
})

describe('faults of ours', () => {
  afterEach(() => vi.restoreAllMocks())

  const failing = async (error: unknown) => {
    const deployment = await deploy()
    const key = await deployment.key()
    await deployment.get('/v1/metrics', key)
    vi.spyOn(deployment.table, 'get').mockRejectedValue(error)
    return { answer: await deployment.get('/v1/metrics', key), ...deployment }
  }

  test('anything unknown: 500 without a word of it; the log has it under the same id', async () => {
    const { answer, logged } = await failing(new Error('secret path /home/x'))
    const text = await answer.clone().text()
    expect(text).not.toContain('secret')
    expect(text).not.toContain('detail')
    const body = await expectProblem(answer, 'internal')
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({ level: 'error', request_id: body.instance, route: '/v1/metrics' })
    expect(logged[0]!.error).toContain('secret path')
  })

  test.each(['credentials', 'changed'] as const)('%s: 500 without detail', async (code) => {
    const { answer } = await failing(new TidemarkError(code, 'the table is not to be read'))
    expect((await expectProblem(answer, 'internal')).detail).toBeUndefined()
  })

  test.each(['unavailable', 'limited'] as const)('%s: 503 with Retry-After', async (code) => {
    const { answer, logged } = await failing(new TidemarkError(code, 'the table is down', { retryAfter: 2.5 }))
    expect(answer.headers.get('retry-after')).toBe('3')
    expect((await expectProblem(answer, 'unavailable')).detail).toBe('the table is down')
    expect(logged).toHaveLength(1)
  })

  test('invalid: 400 with its message', async () => {
    const { answer, logged } = await failing(new TidemarkError('invalid', 'that is too much'))
    expect((await expectProblem(answer, 'invalid-request')).detail).toBe('that is too much')
    expect(logged).toEqual([])
  })

  test('without a log of its own, a fault is a line of JSON on stderr', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { api, table, key } = await deploy({ log: undefined as never })
    const good = await key()
    vi.spyOn(table, 'get').mockRejectedValue(new Error('boom'))
    await api.request('/v1/metrics', { headers: { Authorization: `Bearer ${good}` } })
    const line = String(write.mock.calls[0]![0])
    expect(JSON.parse(line)).toMatchObject({ level: 'error', route: '/v1/metrics' })
    expect(line).not.toContain(good)
  })
})

test('an id that the caller gives is kept, one that could forge a log line is not', async () => {
  const { get } = await deploy()
  expect((await get('/v1/health', undefined, { 'X-Request-Id': 'run-17' })).headers.get('x-request-id')).toBe('run-17')
  const forged = await get('/v1/health', undefined, { 'X-Request-Id': 'a {"level":"x"}' })
  expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})
