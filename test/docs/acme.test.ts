import { afterEach, expect, test } from 'vitest'
import { localFiles } from '../../functions/ingest/local-files.ts'
import { probeSource } from '../../functions/ingest/probe-source.ts'
import { type Deployment, deploy } from '../compute/deployment.ts'
import { acme } from './acme.ts'
import { type AcmeReview, simulateAcme } from './acme-sandbox.ts'

const KEY = 'acme-canary-1'
const DAYS = { from: '2026-11-18', to: '2026-11-19' }

let close: () => Promise<void>
afterEach(() => close())

/** The last fifty were written after midnight of Berlin, on the 18th of UTC. Every tenth author is unknown. */
const reviews: AcmeReview[] = Array.from({ length: 250 }, (_, n) => ({
  id: `r${n}`,
  written: n < 200 ? '2026-11-18T10:00:00.000Z' : '2026-11-18T23:30:00.000Z',
  stars: 1 + (n % 5),
  author: n % 10 === 0 ? null : { email: `a${n % 40}@x.example` },
}))

/** A deployment in Berlin whose only source is Acme. */
async function withAcme(held: readonly AcmeReview[], key = KEY) {
  const sandbox = await simulateAcme(KEY, held)
  const source = acme({ baseUrl: sandbox.baseUrl })
  const home: Deployment = await deploy({ vendors: [{ source }], windows: [1, 28] }, '2026-11-20T06:00:00Z')
  close = async () => {
    await home[Symbol.asyncDispose]()
    await sandbox.close()
  }
  await home.store.secrets.put('acme', 'apiKey', key)
  return { home, sandbox }
}

test('every page is read once, and a review counts on the day of the zone in which it was written', async () => {
  const { home, sandbox } = await withAcme(reviews)
  const [answer] = await home.collect(DAYS)
  expect(answer).toMatchObject({ status: 'ok', days: 2, pages: 3, records: 250, facts: 250, quarantined: 0 })
  expect(sandbox.requests.map(({ query }) => query.get('after'))).toEqual([null, 'r99', 'r199'])
  await home.compute(DAYS)
  const { metrics } = await home.snapshot('2026-11-19')
  expect(metrics.interactions!.windows).toMatchObject({
    '1d': { value: 50, by: { channel: { review: { value: 50 } } }, finality: 'provisional' },
    '28d': { value: 250 },
  })
  expect(metrics.active_customers!.windows['28d']).toMatchObject({ value: 36 })
})

test('doctor is told whose reviews they are', async () => {
  const { home, sandbox } = await withAcme(reviews)
  const deps = {
    ...home,
    now: () => new Date('2026-11-20T06:00:00Z'),
    files: () => localFiles('.'),
    holder: 'local:test',
  }
  expect(await probeSource(deps, home.config.sources[0]!)).toMatchObject({
    status: 'ok',
    account: 'Acme of Berlin (7)',
  })
  expect(sandbox.requests).toHaveLength(1)
})

test('what passes is tried again', async () => {
  const { home, sandbox } = await withAcme(reviews)
  sandbox.fail({ kind: 'cut_at_50_percent' }, { kind: 'server_error' })
  expect(await home.collect(DAYS)).toMatchObject([{ status: 'ok', pages: 3, records: 250 }])
})

test('a review that cannot be read is put aside, and the others count', async () => {
  const { home } = await withAcme([{ ...reviews[0]!, id: 'six', stars: 6 }, ...reviews.slice(0, 9)])
  expect(await home.collect(DAYS)).toMatchObject([{ status: 'ok', records: 10, facts: 9, quarantined: 1 }])
})

test('a day without reviews is empty, and no failure', async () => {
  const { home } = await withAcme([])
  expect(await home.collect(DAYS)).toMatchObject([{ status: 'empty', days: 2, pages: 1 }])
})

test('a refused key is a matter of credentials, and is told to nobody', async () => {
  const { home } = await withAcme(reviews, 'acme-canary-2')
  const failure = await home.collect(DAYS).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'credentials' })
  expect(String(failure)).not.toContain('canary')
})

test('a list that never ends is noticed', async () => {
  const twins = [...reviews.slice(0, 150), ...reviews.slice(0, 150)]
  const { home } = await withAcme(twins)
  await expect(home.collect(DAYS)).rejects.toMatchObject({ code: 'changed' })
})
