import { describe, expect, test } from 'vitest'
import { interactions, responses } from '../../functions/facts.ts'
import type { Api } from '../../functions/kit/api.ts'
import { TidemarkError } from '../../functions/kit/errors.ts'
import { person } from '../../functions/kit/person.ts'
import type { Source, Stream } from '../../functions/kit/source.ts'
import { x } from '../../functions/sources/x.ts'
import type { Sandbox } from '../../sandbox/serve.ts'
import { simulateX, type XSandbox } from '../../sandbox/x.ts'
import { acme } from '../docs/acme.ts'
import { type AcmeReview, simulateAcme } from '../docs/acme-sandbox.ts'
import { isSkip } from './conformance/conformed.ts'
import { type Conformed, checksOf, conformSource } from './conformance.ts'

const KEY = 'acme-canary-1'
const review = (n: number): AcmeReview => ({
  ...{ id: `r${n}`, written: '2026-11-19T10:00:00.000Z', stars: 1 + (n % 5) },
  author: { email: `author${n}@example.com` },
})
const reviews = (count: number) => Array.from({ length: count }, (_, n) => review(n))

const sound: Conformed<Sandbox> = {
  start: (account) => simulateAcme(KEY, { recorded: reviews(1), long: reviews(205), empty: [] }[account]),
  source: ({ baseUrl }) => acme({ baseUrl }),
  secrets: () => ({ apiKey: KEY }),
  streams: {
    reviews: {
      pages: 3,
      expected: [
        responses({
          ...{ id: 'r0', at: '2026-11-19T10:00:00Z', survey: 'rating', value: 1, scale: [1, 5] },
          customer: person({ email: 'author0@example.com' }),
        }),
      ],
    },
  },
  tokens: {
    endpoint: { skip: 'a key is sent as it is' },
    expire: { skip: 'a key does not run out' },
    rotate: { skip: 'a key is replaced by people only' },
  },
  people: ['author0@example.com', 'author204@example.com'],
  quota: { skip: 'Acme states no quota' },
}

conformSource('acme', sound)

/** A source of which something is changed. */
interface Change {
  readonly stream?: (stream: Stream) => Partial<Stream>
  readonly api?: (api: Api) => Partial<Api>
}

function changed({ definition, ...source }: Source, { stream = () => ({}), api = () => ({}) }: Change): Source {
  const streams = Object.entries(source.streams).map(([name, one]) => [name, { ...one, ...stream(one) }])
  const given = definition.api!
  const make: typeof given = (of) => {
    const before = given(of)
    return { ...before, ...api(before) }
  }
  return { ...source, definition: { ...definition, api: make }, streams: Object.fromEntries(streams) }
}

/** By an assertion, or by what ingest threw. */
const REFUSED = /^(AssertionError|changed|credentials|unavailable)$/

/** Runs the check of that name over a source that ought to fail it. */
async function refuse<P extends Sandbox>(given: Conformed<P>, name: string): Promise<unknown> {
  const all = [...checksOf(given as unknown as Conformed).values()].flat()
  const check = all.find((one) => one.name.startsWith(name))
  if (!check || isSkip(check.run)) throw new Error(`no check begins with '${name}'`)
  return check.run().then(
    () => 'not refused',
    (error: unknown) => (error instanceof Error ? error.name : error),
  )
}

const refused = (code: TidemarkError['code']): NonNullable<Api['failure']> => {
  return ({ status }) => (status === 200 ? undefined : new TidemarkError(code, 'no'))
}

describe('the suite refuses', () => {
  let count = 0
  test.each<[what: string, check: string, change: Change]>([
    ['another value', 'maps the recorded day', { stream: ({ map }) => ({ map: (one) => map({ ...one, stars: 2 }) }) }],
    ['a fact that is not declared', 'declares its facts', { stream: () => ({ facts: ['orders'] }) }],
    [
      'an interaction that compute derives',
      'declares its facts',
      {
        stream: ({ map }) => ({
          facts: ['responses', 'interactions'],
          map: (one) =>
            [map(one), interactions({ at: one.written, channel: 'review', kind: 'review' })].flat() as never,
        }),
      },
    ],
    ['one key for all', 'gives every record a key', { stream: () => ({ key: () => 'r' }) }],
    [
      'a request after the last page',
      'asks for every page once',
      {
        stream: ({ pages }) => ({
          async *pages(reading) {
            yield* pages(reading)
            await reading.http.get('reviews')
          },
        }),
      },
    ],
    [
      'a reading that begins anew',
      'says the same when resumed',
      { stream: ({ pages }) => ({ pages: (reading) => pages({ ...reading, resume: null }) }) },
    ],
    [
      'a long token to resume with',
      'says the same when resumed',
      {
        stream: ({ pages }) => ({
          async *pages(reading) {
            const resume = reading.resume === null ? null : String(reading.resume).trim()
            for await (const turn of pages({ ...reading, resume })) {
              yield turn.resume === null ? turn : { ...turn, resume: String(turn.resume).padEnd(5_000) }
            }
          },
        }),
      },
    ],
    [
      'what differs each time',
      'commits the same when it is repeated',
      { stream: ({ map }) => ({ map: (one) => map({ ...one, id: `${count++}` }) }) },
    ],
    [
      'a zero in place of nothing',
      'a day with nothing',
      { stream: ({ records }) => ({ records: (page) => [...records(page), review(0)] }) },
    ],
    [
      'a record that rests on the one before',
      'commits the same whatever the order',
      {
        stream: ({ map }) => {
          let before = 1
          return {
            map: (one) => {
              const row = map({ ...one, stars: before })
              before = one.stars
              return row
            },
          }
        },
      },
    ],
    [
      'a page that is lost between invocations',
      'commits the same when every invocation',
      {
        stream: ({ pages }) => ({
          async *pages(reading) {
            let skip = reading.resume !== null
            for await (const turn of pages(reading)) {
              if (!skip || turn.resume === null) yield turn
              skip = false
            }
          },
        }),
      },
    ],
    [
      'a failure that is swallowed',
      'meets server_error',
      {
        stream: ({ pages }) => ({
          async *pages(reading) {
            try {
              yield* pages(reading)
            } catch {}
          },
        }),
      },
    ],
    ['another code', 'meets revoked', { api: () => ({ failure: refused('unavailable') }) }],
    ['a limit that is a failure', 'waits for a limit', { api: () => ({ failure: refused('unavailable') }) }],
    ['a limit that is not waited for', 'meets too_many_retry_after', { api: () => ({ failure: refused('changed') }) }],
    ['an ended key that is an outage', 'revoked secrets', { api: () => ({ failure: refused('unavailable') }) }],
    [
      'a key in the lake',
      'leaves no secret',
      {
        stream: ({ pages }) => ({
          async *pages(reading) {
            for await (const turn of pages(reading)) {
              yield 'page' in turn ? { ...turn, page: { ...turn.page, context: { key: KEY } } } : turn
            }
          },
        }),
      },
    ],
    [
      'an address in a fact',
      'leaves nobody named',
      { stream: ({ map }) => ({ map: (one) => map({ ...one, id: one.author.email }) }) },
    ],
  ])('%s', async (_, check, change) => {
    const given = { ...sound, source: (played: Sandbox) => changed(sound.source(played), change) }
    expect(await refuse(given, check)).toMatch(REFUSED)
  })

  test('a stream that is not examined', async () => {
    expect(await refuse({ ...sound, streams: {} }, 'every stream')).toBe('AssertionError')
  })
})

describe('the suite refuses tokens', () => {
  const rotating: Conformed<XSandbox> = {
    start: () => simulateX({ id: '1', now: () => new Date('2026-11-20T10:00:00Z') }),
    source: ({ baseUrl, tokens }) => x({ account: '1', budget: 20, mentions: false, baseUrl, tokenUrl: tokens.url }),
    secrets: ({ tokens }) => ({ ...tokens.consent, refreshToken: tokens.newest() }),
    streams: { followers: { expected: [], pages: 1 }, posts: { expected: [], pages: 1 } },
    tokens: {
      ...{ endpoint: ({ tokens }) => tokens, expire: ({ tokens }) => tokens.expire(), rotate: () => {} },
      revoke: ({ tokens }) => tokens.revoke(),
    },
    ...{ people: { skip: 'nobody' }, quota: { skip: 'none' } },
  }
  const failing = (code: TidemarkError['code']) => ({ api: () => ({ failure: refused(code) }) })

  test.each<[what: string, check: string, change: Change]>([
    [
      'that are not kept',
      'keeps a rotated secret',
      {
        api: ({ authorize }) => ({
          authorize: (session) => authorize!({ ...session, keep: async () => {} }),
        }),
      },
    ],
    [
      'that are used before they are kept',
      'keeps a rotated secret',
      {
        api: ({ authorize }) => ({
          async authorize(session) {
            const late: (() => Promise<void>)[] = []
            const headers = await authorize!({
              ...session,
              keep: async (...secret) => void late.push(() => session.keep(...secret)),
            })
            await session.http.get('2/users/1', { headers })
            for (const keep of late) await keep()
            return headers
          },
        }),
      },
    ],
    ['whose end is an outage', 'token endpoint: invalid_grant', failing('unavailable')],
    ['whose outage is their end', 'token endpoint: 503', failing('credentials')],
    ['whose outage is their end, once', 'token endpoint: meets server_error', failing('credentials')],
    [
      'that are not renewed',
      'renews a token',
      { api: () => ({ failure: refused('credentials'), authorize: never() }) },
    ],
  ])('%s', async (_, check, change) => {
    const given = { ...rotating, source: (played: XSandbox) => changed(rotating.source(played), change) }
    expect(await refuse(given, check)).toMatch(REFUSED)
  })
})

/** A session that cannot be opened anew. */
function never(): NonNullable<Api['authorize']> {
  return async () => ({ authorization: 'Bearer nothing' })
}
