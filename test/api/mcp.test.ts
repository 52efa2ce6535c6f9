import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda'
import { describe, expect, test, vi } from 'vitest'
import { answerMessage } from '../../functions/api/mcp/answer-message.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { type Deployment, deploy, fill, json, NEWEST, snapshotOf, store } from './deployment.ts'

/** The SDK's own client, talking to the app. */
async function connect({ api }: Pick<Deployment, 'api'>, key: string | undefined) {
  const client = new Client({ name: 'test', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL('http://127.0.0.1/mcp'), {
    fetch: async (url, init) => api.request(url, init),
    requestInit: { headers: key === undefined ? {} : { Authorization: `Bearer ${key}` } },
  })
  // The SDK's class allows `undefined` where its interface does not.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  return client
}

interface Called {
  readonly isError: boolean
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a type would only repeat what is being tested
  readonly body: any
}

async function call(client: Client, name: string, args: object = {}): Promise<Called> {
  const { content, isError = false } = await client.callTool({ name, arguments: { ...args } })
  const [{ text }] = content as [{ text: string }]
  return { isError: isError as boolean, text, body: isError ? undefined : JSON.parse(text) }
}

const FINAL_DAY = '2026-11-16'

/** What `fill` stores, and a snapshot of a complete day. */
async function filled(scopes?: Parameters<Deployment['key']>[0]) {
  const deployment = await deploy()
  await fill(deployment)
  const { metrics, ...rest } = snapshotOf(FINAL_DAY)
  const whole = JSON.parse(JSON.stringify(metrics).replaceAll('provisional', 'final')) as Snapshot['metrics']
  await store(deployment, { ...rest, metrics: whole, finality: 'final', final_on: null })
  const client = await connect(deployment, await deployment.key(scopes))
  return { ...deployment, client }
}

const METRIC = 'customer_interaction_rate'

test('the tools are listed as ones that only read, and say how not to misread them', async () => {
  const { client } = await filled()
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'list_metrics',
    'get_snapshot',
    'get_series',
    'explain_change',
    'list_sources',
  ])
  for (const { annotations, description, inputSchema } of tools) {
    expect(annotations).toMatchObject({ readOnlyHint: true })
    expect(description!.length).toBeGreaterThan(80)
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
  }
  expect(client.getServerVersion()).toMatchObject({ name: 'tidemark', version: '1.2.3' })
  expect(client.getInstructions()).toContain("'in_progress'")
  expect(client.getInstructions()).not.toContain('demo data')
})

test('in the demo, a model is told that the data are invented', async () => {
  const deployment = await deploy({ demo: true })
  expect((await connect(deployment, await deployment.key())).getInstructions()).toContain('This is demo data')
})

describe('list_metrics', () => {
  test('says what the route says', async () => {
    const { client, get, key } = await filled()
    const { body } = await call(client, 'list_metrics')
    const route = await json(get('/v1/metrics', await key()))
    expect(body).toMatchObject({ timezone: 'Europe/Berlin', snapshots: route.snapshots, metrics: route.metrics })
  })

  test('filters by id, title and definition', async () => {
    const { client } = await filled()
    const ids = async (contains: string) =>
      (await call(client, 'list_metrics', { contains })).body.metrics.map(({ id }: { id: string }) => id)
    expect(await ids('REVENUE')).toEqual(['revenue'])
    expect(await ids('counts interactions')).toEqual([METRIC])
    expect(await ids('nothing of the kind')).toEqual([])
  })
})

describe('get_series', () => {
  test('days that can still change are not among the points', async () => {
    const { client } = await filled()
    const { body } = await call(client, 'get_series', { metric: METRIC, from: '2026-11-04', to: '2026-11-21' })
    expect(body).toMatchObject({
      metric: METRIC,
      definition: expect.stringContaining('Interactions per 100 customers'),
      unit: 'percent',
      timezone: 'Europe/Berlin',
      window: '1d',
    })
    expect(body.points.every((point: { finality: string }) => point.finality === 'final')).toBe(true)
    expect(body.points).toHaveLength(12)
    expect(body.latest).toEqual(body.points.at(-1))
    expect(body.latest).toEqual({
      date: FINAL_DAY,
      value: 160,
      numerator: 16,
      denominator: 10,
      finality: 'final',
      coverage: 1,
      definition_version: 1,
    })
    expect(body.in_progress.map(({ date }: { date: string }) => date)).toEqual([
      '2026-11-17',
      '2026-11-18',
      '2026-11-19',
    ])
    expect(body.in_progress.at(-1)).toMatchObject({
      coverage: 0.5,
      finality: 'provisional',
      caution: expect.stringMatching(/not complete \(50 % of its data is there\).*no drop/),
    })
    expect(body.without_snapshot).toEqual(['2026-11-05', '2026-11-20', '2026-11-21'])
    expect(body.annotations).toMatchObject([{ date_from: '2026-11-10', title: 'Weekly quiz', channel: 'email' }])
    expect(body.points.find(({ date }: { date: string }) => date === '2026-11-07')).toMatchObject({
      value: null,
      null_reason: 'zero_denominator',
    })
  })

  test('a week that has not ended is in progress', async () => {
    const { client } = await filled()
    const question = { metric: METRIC, from: '2026-11-09', to: '2026-11-19', granularity: 'week' }
    const { body } = await call(client, 'get_series', question)
    expect(body.points.map(({ date }: { date: string }) => date)).toEqual(['2026-11-09'])
    expect(body.in_progress).toMatchObject([
      { date: '2026-11-16', caution: expect.stringContaining('4 of its 7 days') },
    ])
  })

  test('a comparison is of final days only', async () => {
    const { client } = await filled()
    const question = { metric: METRIC, from: '2026-11-13', to: '2026-11-19', compare: 'previous_period' }
    const { body } = await call(client, 'get_series', question)
    expect(body.comparison).toMatchObject({
      from: '2026-11-06',
      to: '2026-11-12',
      summary: { days_compared: 4, days_left_out: 3 },
    })
  })

  test('what the route refuses is an error in words', async () => {
    const { client } = await filled()
    const refused = async (args: object) => {
      const { isError, text } = await call(client, 'get_series', args)
      expect(isError).toBe(true)
      return text
    }
    expect(await refused({ metric: 'profit' })).toContain("'profit' is no metric")
    expect(await refused({ metric: METRIC, from: '2026-02-30' })).toContain("'2026-02-30' is no day")
    expect(await refused({ metric: METRIC, from: '2025-01-01', to: '2026-11-19' })).toContain('at most 400')
    expect(await refused({ metric: '../sources' })).toContain('is no metric id')
    expect(await refused({})).toMatch(/metric/)
    expect(await refused({ metric: METRIC, form: '2026-11-01' })).toMatch(/form/)
  })
})

describe('get_snapshot', () => {
  test('the newest complete value apart from the newest day, which is not', async () => {
    const { client } = await filled()
    const { body } = await call(client, 'get_snapshot', { metrics: [METRIC, 'revenue'] })
    expect(body).toMatchObject({ timezone: 'Europe/Berlin', newest_day: NEWEST, finality: 'provisional' })
    expect(body.metrics).toMatchObject([
      {
        metric: METRIC,
        definition: expect.stringContaining('It can exceed 100'),
        latest: { date: FINAL_DAY, value: 500, numerator: 1000, denominator: 200, finality: 'final', coverage: 1 },
        in_progress: { date: NEWEST, finality: 'provisional', caution: expect.stringContaining('no drop') },
      },
      {
        metric: 'revenue',
        currency: 'EUR',
        latest: { date: FINAL_DAY, value: null, null_reason: 'source_missing', coverage: 0.5 },
        in_progress: { date: NEWEST, value: null, null_reason: 'source_missing' },
      },
    ])
    expect(body.warnings).toEqual([{ code: 'source_late', source: 'mail', effect: 'may rise' }])
  })

  test('a named day is complete or in progress, never both', async () => {
    const { client } = await filled()
    const [open] = (await call(client, 'get_snapshot', { metrics: [METRIC], date: NEWEST })).body.metrics
    expect(open).toMatchObject({ latest: null, in_progress: { date: NEWEST } })
    const [complete] = (await call(client, 'get_snapshot', { metrics: [METRIC], date: FINAL_DAY })).body.metrics
    expect(complete).toMatchObject({ latest: { date: FINAL_DAY }, in_progress: null })
  })

  test('where no day is complete, nothing is latest', async () => {
    const deployment = await deploy()
    await fill(deployment)
    const client = await connect(deployment, await deployment.key())
    const [found] = (await call(client, 'get_snapshot', { metrics: [METRIC] })).body.metrics
    expect(found).toMatchObject({ latest: null, in_progress: { date: NEWEST } })
  })

  test('refusals', async () => {
    const { client } = await filled()
    const refused = async (args: object) => (await call(client, 'get_snapshot', args)).text
    expect(await refused({ metrics: [METRIC], date: '2020-01-01' })).toContain('there are snapshots from 2026-10-30')
    expect(await refused({ metrics: [METRIC], window: '2d' })).toContain('2d is no window')
    expect(await refused({ metrics: [METRIC], as_of: '2026-11-19T00:00:00Z' })).toBe('as_of needs a date')
    expect(await refused({ metrics: [] })).toMatch(/metrics/)
  })
})

describe('explain_change', () => {
  test('two complete days are explained under latest, others under in_progress', async () => {
    const { client, table, lake } = await filled()
    const { metrics, ...rest } = snapshotOf('2026-11-15')
    await store(
      { table, lake },
      { ...rest, finality: 'final', metrics: JSON.parse(JSON.stringify(metrics).replaceAll('provisional', 'final')) },
    )
    const { body } = await call(client, 'explain_change', { metric: METRIC })
    expect(body).toMatchObject({
      metric: METRIC,
      timezone: 'Europe/Berlin',
      definition: expect.stringContaining('Interactions'),
      latest: { current: { date: FINAL_DAY }, baseline: { date: '2026-11-15' }, residual: 0 },
      in_progress: null,
    })
    const open = await call(client, 'explain_change', { metric: METRIC, date: NEWEST })
    expect(open.body).toMatchObject({ latest: null, in_progress: { current: { date: NEWEST } } })
    expect(open.body.in_progress.cautions).toContain(`${NEWEST} is provisional`)
  })

  test('without a complete day there is nothing to explain by itself', async () => {
    const { client } = await filled()
    const { isError, text } = await call(client, 'explain_change', { metric: 'revenue' })
    expect(isError).toBe(true)
    expect(text).toContain('no day of the last 28 is complete')
  })
})

describe('list_sources', () => {
  test('says what the route says', async () => {
    const { client, get, key } = await filled()
    const { body } = await call(client, 'list_sources')
    expect(body).toMatchObject(await json(get('/v1/sources', await key())))
    expect(body.meaning).toContain("'data_through'")
  })

  test('a key without ops:read is told so', async () => {
    const { client } = await filled(['metrics:read'])
    const { isError, text } = await call(client, 'list_sources')
    expect(isError).toBe(true)
    expect(text).toContain('ops:read')
  })
})

describe('the transport', () => {
  const MESSAGE = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  const HEADERS = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }
  const post = async ({ api }: Deployment, body: unknown, key?: string, headers: object = {}) =>
    api.request('/mcp', {
      method: 'POST',
      headers: { ...HEADERS, ...(key && { Authorization: `Bearer ${key}` }), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  test('one message, one JSON answer: no session, no stream', async () => {
    const deployment = await deploy()
    const answer = await post(deployment, MESSAGE, await deployment.key())
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('mcp-session-id')).toBeNull()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await json(answer)).result.tools).toHaveLength(5)
  })

  test.each(['GET', 'DELETE', 'PUT', 'OPTIONS'])('%s: 405', async (method) => {
    const deployment = await deploy()
    const headers = { Authorization: `Bearer ${await deployment.key()}`, Accept: 'text/event-stream' }
    const answer = await deployment.api.request('/mcp', { method, headers })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
    expect(await json(answer)).toMatchObject({ type: '/problems.html#method-not-allowed' })
  })

  test('without a key, with an expired, unknown or too narrow one: a problem, and the client fails', async () => {
    const deployment = await deploy()
    const soon = await deployment.key(['metrics:read'], new Date(Date.parse('2026-11-20T12:00:01Z')))
    deployment.tick(1_000)
    for (const key of [undefined, `tm_${'A'.repeat(43)}`, soon]) {
      const answer = await post(deployment, MESSAGE, key)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(await json(answer)).toMatchObject({ type: '/problems.html#unauthenticated' })
      await expect(connect(deployment, key)).rejects.toThrow()
    }
    const narrow = await deployment.key(['ops:read', 'annotations:write', 'admin'])
    expect((await post(deployment, MESSAGE, narrow)).status).toBe(403)
  })

  test('what is no single message: 400', async () => {
    const deployment = await deploy()
    const key = await deployment.key()
    for (const body of ['', '{', 'null', '"a"', [MESSAGE], []]) {
      const answer = await post(deployment, body, key)
      expect(answer.status).toBe(400)
      expect(await json(answer)).toMatchObject({ type: '/problems.html#invalid-request' })
    }
    const answer = await post(deployment, { jsonrpc: '2.0' }, key)
    expect(answer.status).toBe(400)
    expect(await json(answer)).toMatchObject({ jsonrpc: '2.0', error: { code: -32700 } })
  })

  test('a foreign host is refused as everywhere', async () => {
    const { api } = await deploy()
    const answer = await api.request('http://evil.example/mcp', { method: 'POST', body: '{}' })
    expect(answer.status).toBe(421)
  })

  test('in Lambda it answers the same', async () => {
    const deployment = await deploy({ anyHost: true })
    const headers = { ...HEADERS, host: 'api.example.com', authorization: `Bearer ${await deployment.key()}` }
    const http = { method: 'POST', path: '/mcp', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' }
    const message = { ...MESSAGE, method: 'tools/call', params: { name: 'list_metrics', arguments: {} } }
    const event = {
      version: '2.0',
      rawPath: '/mcp',
      rawQueryString: '',
      headers,
      body: JSON.stringify(message),
      isBase64Encoded: false,
      requestContext: { domainName: 'api.example.com', http },
    } as unknown as LambdaEvent
    const answer = await handle(deployment.api)(event, {} as LambdaContext)
    expect(answer.statusCode).toBe(200)
    const [{ text }] = JSON.parse(answer.body).result.content
    expect(JSON.parse(text).metrics).toHaveLength(2)
  })

  test('it is no part of the document', async () => {
    const { get } = await deploy()
    expect(Object.keys((await json(get('/v1/openapi.json'))).paths)).not.toContain('/mcp')
  })

  test('a store that fails is an error in words, without a word of what broke', async () => {
    const deployment = await filled()
    const found = deployment.table.get.bind(deployment.table)
    vi.spyOn(deployment.table, 'get').mockImplementation(async (pk, sk) => {
      if (pk === 'key' || pk.startsWith('quota')) return found(pk, sk)
      throw new Error('secret path /home/x')
    })
    const { isError, text } = await call(deployment.client, 'list_metrics')
    expect(isError).toBe(true)
    expect(text).toMatch(/^Something is broken on our side \(request [\w-]+\)$/)
    expect(deployment.logged[0]!.error).toContain('secret path')
  })

  test('a fault of the tools themselves is thrown, and not told', async () => {
    const message = { ...MESSAGE, method: 'tools/call', params: { name: 'list_metrics', arguments: {} } }
    const request = new Request('http://127.0.0.1/mcp', { method: 'POST', headers: HEADERS })
    const ask = async () => new Response('<html>')
    await expect(answerMessage(request, message, { version: '1', demo: false, ask })).rejects.toThrow(SyntaxError)
  })
})
