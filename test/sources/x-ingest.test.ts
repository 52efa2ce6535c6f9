import { afterEach, expect, test, vi } from 'vitest'
import { deploy } from '../ingest/deployment.ts'
import { DAY, mentions, posts, source, start } from './x-account.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('a reading that its budget stops waits for midnight, goes on, and says so in its run', async () => {
  const first = '2026-11-20T06:00:00Z'
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(first) })
  const sandbox = await start({ posts: posts(150), mentions: mentions(20), now: () => new Date() })
  const { clientId, clientSecret, refreshToken } = sandbox.tokens.consent
  await using deployment = await deploy({
    sources: [source(sandbox, { budget: 0.51, mentions: false })],
    now: first,
    env: {
      TIDEMARK_X_CLIENT_ID: clientId,
      TIDEMARK_X_CLIENT_SECRET: clientSecret,
      TIDEMARK_X_REFRESH_TOKEN: refreshToken,
    },
  })
  const event = { stream: 'posts', from: DAY, to: DAY }
  const stopped = await deployment.once(event)
  if (stopped.status !== 'wait') throw new Error(stopped.status)
  expect(sandbox.charged()).toBe(0.5)
  const still = await deployment.once({ ...event, state: stopped.state })
  if (still.status !== 'wait') throw new Error(still.status)
  expect(sandbox.charged()).toBe(0.5)
  expect(await deployment.run(stopped.run, 'x')).toMatchObject({
    status: 'running',
    quota: { spent_usd: 0.5, left_usd: 0.01 },
    warnings: [
      {
        code: 'waiting',
        message: expect.stringMatching(
          /^spent of budget 0\.51 USD this UTC day: 0\.5 USD on posts; 0 USD of the 0\.5 USD/,
        ),
      },
      { code: 'budget' },
    ],
  })
  // Another run of the day has no budget of its own.
  const anew = await deployment.once({ ...event, force: true })
  if (anew.status !== 'wait') throw new Error(anew.status)
  expect(anew.run).not.toBe(stopped.run)
  expect(sandbox.charged()).toBe(0.5)

  const next = '2026-11-21T00:05:00Z'
  vi.setSystemTime(next)
  deployment.at(next)
  const ended = await deployment.ingest({ ...event, state: still.state })
  expect(ended.status).toBe('ok')
  const rows = await deployment.rows('posts', 'x', 'posts')
  expect(new Set(rows.map(({ id }) => id)).size).toBe(150)
  expect(rows.every(({ at }) => String(at).startsWith(DAY))).toBe(true)
  const { warnings } = await deployment.run(ended.run, 'x')
  expect(warnings.map(({ code }) => code)).toEqual(['budget'])
  expect(await deployment.record(ended.run)).toMatchObject({
    quota: { requests: 899, spent_usd: 0.25, left_usd: 0.26 },
    waitedFor: expect.stringContaining('budget 0.51 USD'),
  })
  const lake = (await deployment.dump()).filter(({ path }) => path.startsWith('lake'))
  expect(lake.filter(({ text }) => text.includes(clientSecret) || /\b[ar]t-[\w-]{20}/.test(text))).toEqual([])
})

test('a run that dies while it reads leaves its page spent; the next run pays for it no second time', async () => {
  const first = '2026-11-20T06:00:00Z'
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(first) })
  const sandbox = await start({ posts: posts(120), now: () => new Date() })
  const { clientId, clientSecret, refreshToken } = sandbox.tokens.consent
  await using deployment = await deploy({
    sources: [source(sandbox, { budget: 1.01, mentions: false })],
    now: first,
    env: {
      TIDEMARK_X_CLIENT_ID: clientId,
      TIDEMARK_X_CLIENT_SECRET: clientSecret,
      TIDEMARK_X_REFRESH_TOKEN: refreshToken,
    },
  })
  const event = { stream: 'posts', from: DAY, to: DAY }
  sandbox.fail({ kind: 'redirect' })
  await expect(deployment.once(event)).rejects.toMatchObject({ code: 'changed' })
  // Nobody knows whether it was charged.
  vi.setSystemTime('2026-11-20T07:00:00Z')
  deployment.at('2026-11-20T07:00:00Z')
  const failed = (await deployment.store.table.get('spend#x', '2026-11-20')) as { ledger?: string } | undefined
  expect(JSON.parse(failed!.ledger!)).toMatchObject({ spent: {}, open: expect.anything() })
  expect(failed!.ledger).toContain('"amount":500000')
  const ended = await deployment.once(event)
  expect(ended).toMatchObject({ status: 'ok', records: 120 })
  expect(sandbox.charged()).toBe(0.6)
  expect(await deployment.run(ended.run, 'x')).toMatchObject({ quota: { spent_usd: 0.6, left_usd: 0.41 } })
})
