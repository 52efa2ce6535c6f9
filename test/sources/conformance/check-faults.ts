import { expect } from 'vitest'
import { type ErrorCode, TidemarkError } from '../../../functions/kit/errors.ts'
import { type Fault, type FaultKind, faultKinds } from '../../../sandbox/faults.ts'
import type { Asked } from '../read-stream.ts'
import { type Check, type Conformed, isSkip, type Played, play } from './conformed.ts'
import { readConformed, said } from './read-conformed.ts'

/** What a fault may end in: `passes` if a single one has to be overcome; the code, if it is not. */
const outcomes: Readonly<Record<FaultKind, { readonly passes: boolean; readonly code: ErrorCode }>> = {
  // Without a word on how long to wait, some limits are known to last.
  too_many: { passes: false, code: 'limited' },
  too_many_retry_after: { passes: true, code: 'limited' },
  server_error: { passes: true, code: 'unavailable' },
  bad_gateway: { passes: true, code: 'unavailable' },
  cut_at_1_percent: { passes: true, code: 'unavailable' },
  cut_at_50_percent: { passes: true, code: 'unavailable' },
  cut_at_99_percent: { passes: true, code: 'unavailable' },
  truncated_gzip: { passes: true, code: 'unavailable' },
  error_in_200: { passes: true, code: 'unavailable' },
  repeated_answer: { passes: false, code: 'changed' },
  redirect: { passes: false, code: 'changed' },
  huge_body: { passes: false, code: 'changed' },
  time_out: { passes: true, code: 'unavailable' },
  expired: { passes: false, code: 'credentials' },
  revoked: { passes: false, code: 'credentials' },
}
/** What the kit alone decides, at the cost of seconds: tried on one stream of a source. */
const slow: readonly FaultKind[] = ['huge_body', 'time_out']
const LASTING = Number.POSITIVE_INFINITY

/** Whether the vendor may have done what was asked, and the secret that serves once went with its answer. */
const isLoss = ({ tokens }: Conformed, kind: FaultKind) =>
  !isSkip(tokens) && tokens.serveOnce === true && /^cut_|^truncated_/.test(kind)

const isSameCode = (ended: Ended, code: ErrorCode) => 'code' in ended && ended.code === code

/** Small ones, where a fault lasts until they are reached. */
function limitsOf(kind: FaultKind, lasts: boolean): Partial<Asked> {
  if (kind === 'huge_body') return { maxBytes: 1_048_576 }
  return kind === 'time_out' ? { timeout: lasts ? 0.05 : 0.3 } : {}
}

/** How a reading ended: in what it says, or in the code of its error. */
export type Ended = { readonly records: ReturnType<typeof said> } | { readonly code: ErrorCode }

async function ending(given: Conformed, played: Played, name: string, asked: Partial<Asked>): Promise<Ended> {
  try {
    return { records: said((await readConformed(given, played, name, asked)).records) }
  } catch (error) {
    if (error instanceof TidemarkError) return { code: error.code }
    throw error
  }
}

function expectRight(kind: FaultKind, lasts: boolean, ended: Ended, whole: Ended, what: string): void {
  const { passes, code } = outcomes[kind]
  if ('records' in ended) {
    expect(ended, what).toEqual(whole)
    // Of a single page it may only be noticed that it is the right one.
    if (lasts && kind !== 'repeated_answer') expect.fail(`${what} lasts, and the reading says that all is well`)
  } else {
    if (!lasts && passes) expect(ended, what).toEqual(whole)
    expect(ended.code, what).toBe(code)
  }
}

/** What a stream of the long account says where nothing goes wrong, and in how many requests; read once. */
function undisturbed(given: Conformed, name: string): () => Promise<{ whole: Ended; requests: number }> {
  let known: Promise<{ whole: Ended; requests: number }> | undefined
  const read = async (played: Played) => {
    const whole = await ending(given, played, name, { baseline: true })
    expect(whole, 'without a fault').toHaveProperty('records')
    return { whole, requests: played.requests.length }
  }
  return () => {
    known ??= play(given.start('long'), read)
    return known
  }
}

/** Every fault, of the first request, the second and the last, once and for ever: right data or the right code. */
export function checkFaults(given: Conformed, name: string): Check[] {
  const isFirst = name === Object.keys(given.streams)[0]
  const kinds = faultKinds.filter((kind) => isFirst || !slow.includes(kind))
  const right = undisturbed(given, name)

  const meets = (kind: FaultKind) => async () => {
    const { whole, requests } = await right()
    const last = requests - 1
    const at = [...new Set([0, 1, last])].filter((skip) => skip <= last)
    const one = (skip: number): Fault => ({ kind, skip, times: 1 })
    // Those that have to be overcome come all in one reading, unless one may end it: that of a secret that serves once.
    const canEnd = !outcomes[kind].passes || isLoss(given, kind)
    const once = canEnd ? at.map((skip) => [one(skip)]) : [at.map(one)]
    const lasting: Fault = { kind, skip: kind === 'repeated_answer' ? Math.min(1, last) : last, times: LASTING }
    const meet = async (played: Played, faults: readonly Fault[]) => {
      const lasts = faults[0] === lasting
      const waits: number[] = []
      played.fail(...faults)
      const ended = await ending(given, played, name, { baseline: true, waits, ...limitsOf(kind, lasts) })
      played.heal()
      if (faults[0]!.skip === 0 && isLoss(given, kind) && isSameCode(ended, 'credentials')) return
      const where = faults.map(({ skip = 0 }) => skip + 1).join(', ')
      expectRight(kind, lasts, ended, whole, `${kind} ${lasts ? 'from' : 'of'} request ${where}`)
      if (kind === 'too_many_retry_after') expect(Math.max(...waits), 'longest wait').toBeGreaterThanOrEqual(1_000)
    }
    if (kind === 'repeated_answer') {
      // An answer of an earlier reading, given again, may be right for all that anybody can tell.
      for (const faults of [...once, [lasting]]) await play(given.start('long'), (played) => meet(played, faults))
      return
    }
    await play(given.start('long'), async (played) => {
      for (const faults of [...once, [lasting]]) await meet(played, faults)
    })
  }

  return kinds.map((kind) => ({
    name: `meets ${kind}: right data or '${outcomes[kind].code}'`,
    run: isSkip(given.tokens) ? given.tokens : meets(kind),
  }))
}

/** Faults of the endpoint that mints access tokens. */
export function checkTokens(given: Conformed): Check[] {
  if (isSkip(given.tokens)) return [{ name: 'expired, revoked and rotated tokens', run: given.tokens }]
  const { endpoint, expire, rotate, revoke } = given.tokens
  const byLength = Object.keys(given.streams).sort((a, b) => pagesOf(given.streams[a]!) - pagesOf(given.streams[b]!))
  const [name, longest] = [byLength[0]!, byLength.at(-1)!]
  const right = undisturbed(given, name)

  const meets = (kind: FaultKind) => async () => {
    if (isSkip(endpoint)) return
    const { whole } = await right()
    for (const times of [1, LASTING]) {
      await play(given.start('long'), async (played) => {
        endpoint(played).fail({ kind, times })
        const asked = { baseline: true, ...limitsOf(kind, times === LASTING) }
        const ended = await ending(given, played, name, asked)
        if (!(isLoss(given, kind) && isSameCode(ended, 'credentials')))
          expectRight(kind, times === LASTING, ended, whole, `${kind} of the token endpoint`)
      })
    }
  }

  const answers = (answer: { status: number; body: unknown }, code: ErrorCode) => async () => {
    if (isSkip(endpoint)) return
    await play(given.start('long'), async (played) => {
      endpoint(played).break(answer)
      expect(await ending(given, played, name, {})).toEqual({ code })
    })
  }

  async function renews(): Promise<void> {
    if (isSkip(expire)) return
    const { whole } = await undisturbed(given, longest)()
    await play(given.start('long'), async (played) => {
      let ended = false
      const onPage = () => {
        if (!ended) expire(played)
        ended = true
      }
      expect(await ending(given, played, longest, { baseline: true, onPage })).toEqual(whole)
      expect(ended).toBe(true)
    })
  }

  async function refusesRevoked(): Promise<void> {
    await play(given.start('long'), async (played) => {
      const good = given.secrets(played)
      revoke?.(played)
      const secrets = revoke
        ? { ...good }
        : Object.fromEntries(Object.entries(good).map(([secret, value]) => [secret, `${value}0`]))
      for (const stream of Object.keys(given.streams)) {
        expect(await ending(given, played, stream, { secrets }), stream).toEqual({ code: 'credentials' })
      }
    })
  }

  async function keepsRotated(): Promise<void> {
    if (isSkip(rotate)) return
    await play(given.start('long'), async (played) => {
      rotate(played)
      const before = given.secrets(played)
      const secrets = { ...before }
      const kept: Promise<void>[] = []
      const users = new Set<string | undefined>()
      const onKeep = () => {
        for (const { headers } of played.requests) users.add(headers.authorization)
        kept.push(Promise.resolve())
      }
      await readConformed(given, played, name, { secrets, onKeep })
      expect(kept.length, 'secrets that were kept').toBeGreaterThan(0)
      expect(secrets).not.toEqual(before)
      const last = played.requests.at(-1)?.headers.authorization
      expect(users.has(last), 'used before it was kept').toBe(false)
      for (const stream of Object.keys(given.streams)) {
        expect(await ending(given, played, stream, { secrets }), stream).toHaveProperty('records')
      }
    })
  }

  const none = isSkip(endpoint) ? endpoint : undefined
  return [
    ...faultKinds
      .filter((kind) => kind !== 'repeated_answer')
      .map((kind) => ({
        name: `token endpoint: meets ${kind}, right data or '${outcomes[kind].code}'`,
        run: none ?? meets(kind),
      })),
    {
      name: `token endpoint: invalid_grant is 'credentials'`,
      run: none ?? answers({ status: 400, body: { error: 'invalid_grant' } }, 'credentials'),
    },
    {
      name: `token endpoint: 503 is 'unavailable'`,
      run: none ?? answers({ status: 503, body: 'down for maintenance' }, 'unavailable'),
    },
    { name: 'renews a token that ends while it reads', run: isSkip(expire) ? expire : renews },
    { name: `revoked secrets are 'credentials'`, run: refusesRevoked },
    {
      name: 'keeps a rotated secret before it is used, and goes on with it',
      run: isSkip(rotate) ? rotate : keepsRotated,
    },
  ]
}

const pagesOf = ({ pages = 2 }: Conformed['streams'][string]) => (typeof pages === 'number' ? pages : 1)
