import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { type FaultyServer, openFaultyServer, type Reply } from '../kit/faulty-server.ts'
import { deploy } from './deployment.ts'
import { openWebVendor } from './web-vendor.ts'

let server: FaultyServer
beforeAll(async () => {
  server = await openFaultyServer()
})
afterAll(() => server.close())

const COUNT = 50
const names = Array.from({ length: COUNT }, (_, n) => `token${n}`)
const canary = (n: number) => `canary+${n}/s3cr3t=${'k'.repeat(20)}${n}`
const env = Object.fromEntries(names.map((name, n) => [`TIDEMARK_SHOP_${name.toUpperCase()}`, canary(n)]))

const json =
  (status: number, body: unknown): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
/** An answer that throws the key back, as badly made vendors do. */
const echo =
  (status: number): Reply =>
  (response, { headers }) => {
    const location = `https://x.example/?${headers['x-token7']}`
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '3600', location })
    response.end(
      JSON.stringify({
        error: `no such key: ${headers['x-token7']} ${encodeURIComponent(String(headers['x-token0']))}`,
      }),
    )
  }

const good = { items: [{ id: '1', at: '2026-11-19T12:00:00Z' }], next: null }
const headersOf = (secrets: Readonly<Record<string, string>>) =>
  Object.fromEntries(names.map((name) => [`x-${name}`, secrets[name]!]))

test('no secret is in the lake, the table, an error or a log, whatever the vendor answers', async () => {
  const said: string[] = []
  for (const stream of [process.stdout, process.stderr]) {
    const spy = vi.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0)
    onTestFinished(() => spy.mockRestore())
  }
  const source = openWebVendor('shop', { url: server.url, secrets: names, headersOf })
  await using deployed = await deploy({ sources: [source], now: '2026-11-20T06:00:00Z', env })
  const errors: unknown[] = []
  for (const reply of [
    echo(400),
    echo(401),
    echo(403),
    echo(302),
    echo(429),
    json(200, '{"next":'),
    json(200, { next: 7 }),
  ]) {
    server.reply(reply)
    await deployed.once({ force: true }).catch((error) => errors.push(error))
  }
  server.reply(json(200, good))
  expect(await deployed.ingest({ force: true })).toMatchObject({ status: 'ok', facts: 1 })
  expect(errors).toHaveLength(6)
  expect(server.seen.at(-1)!.headers).toMatchObject({ 'x-token49': canary(49) })

  const everything = [
    ...(await deployed.dump()),
    ...errors.map((error) => ({ path: 'error', text: inspected(error) })),
    { path: 'output', text: said.join('') },
  ]
  expect(everything.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['table.sqlite', expect.stringMatching(/raw/)]),
  )
  const forms = names.flatMap((_, n) => [
    canary(n),
    encodeURIComponent(canary(n)),
    JSON.stringify(canary(n)).slice(1, -1),
  ])
  const leaks = everything.flatMap(({ path, text }) =>
    forms.filter((form) => text.includes(form)).map((form) => [path, form]),
  )
  expect(leaks).toEqual([])
  expect(everything.filter(({ text }) => text.includes('5a5a5a5a')).map(({ path }) => path)).toEqual([])
})

/** Everything that a log could print of an error. */
function inspected(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [
    error.message,
    error.stack,
    JSON.stringify(error),
    error.cause === undefined ? '' : inspected(error.cause),
  ].join('\n')
}

test('a secret that cannot be used is not quoted', async () => {
  const source = openWebVendor('shop', {
    url: server.url,
    secrets: names.slice(0, 1),
    headersOf: ({ token0 }) => ({ authorization: (JSON.parse(token0!) as { key: string }).key }),
  })
  await using deployed = await deploy({
    sources: [source],
    now: '2026-11-20T06:00:00Z',
    env: { TIDEMARK_SHOP_TOKEN0: 'canary-x' },
  })
  const error = await deployed.ingest().catch((thrown) => thrown)
  expect(error).toBeInstanceOf(TidemarkError)
  expect(error).toMatchObject({
    code: 'credentials',
    message: "the secrets of source 'shop' (token0) cannot be used: SyntaxError; enter them again",
  })
  expect(inspected(error)).not.toContain('canary')
  for (const { path, text } of await deployed.dump()) expect(text, path).not.toContain('canary')
})

test('a session is opened with the newest secrets of the source; a rotated one is kept, and nowhere else', async () => {
  const source = openWebVendor('shop', {
    url: server.url,
    secrets: ['token0'],
    async authorize({ secret, keep }) {
      const before = await secret('token0')
      await keep('token0', `${before}-rotated`)
      return { 'x-session': await secret('token0') }
    },
  })
  await using deployed = await deploy({ sources: [source], now: '2026-11-20T06:00:00Z', env })
  server.reply(json(200, good))
  for (const sent of [`${canary(0)}-rotated`, `${canary(0)}-rotated-rotated`]) {
    await deployed.ingest({ force: true })
    expect(server.seen.at(-1)!.headers['x-session']).toBe(sent)
  }
  const holders = (await deployed.dump()).filter(({ text }) => text.includes(canary(0)))
  expect(holders.map(({ path }) => path)).toEqual(['secrets/shop.token0.json'])
  expect(await deployed.store.secrets.get('shop', 'token0')).toBe(`${canary(0)}-rotated-rotated`)
})
