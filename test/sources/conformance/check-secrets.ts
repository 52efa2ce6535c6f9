import { expect, vi } from 'vitest'
import { TidemarkError } from '../../../functions/kit/errors.ts'
import type { FaultKind } from '../../../sandbox/faults.ts'
import { type Check, type Conformed, isSkip, type Played, play } from './conformed.ts'
import { deployConformed, eventOf } from './deploy-conformed.ts'
import { readConformed } from './read-conformed.ts'

/** Shorter values occur in harmless text as well. */
const SHORTEST = 6
const EMAIL = /[\w.+-]+@[\w-]+\.[a-z]{2,}/i
const RAW = /^lake\/raw\//
/** What ingest keeps: not its secrets, which are for the owner's eyes only, nor the files that it was given to read. */
const KEPT = /^(lake\/|table\.sqlite|errors and logs$)/

/** What must not leak, into what. */
export function checkSecrets(given: Conformed): Check[] {
  const { people } = given
  let known: ReturnType<typeof readAll> | undefined
  const leftBehind = () => {
    known ??= play(given.start('long'), readAll)
    return known
  }

  /** Readings of every stream, and some that fail: all that they left behind, and the secrets they used. */
  async function readAll(played: Played) {
    const said: string[] = []
    const streams = [process.stdout, process.stderr]
    const spies = streams.map((one) => vi.spyOn(one, 'write').mockImplementation((text) => said.push(String(text)) > 0))
    const before = given.secrets(played)
    await using deployed = await deployConformed(given, played, { onDisk: true })
    const { id, definition } = given.source(played)
    // No retry is waited for.
    const faults: FaultKind[] = isSkip(given.tokens) ? [] : ['revoked', 'redirect', 'too_many_retry_after']
    try {
      const events = Object.keys(given.streams).map((name) => eventOf(given, name, 'long'))
      for (const event of events) await deployed.ingest(event)
      for (const kind of faults) {
        played.fail({ kind, times: Number.POSITIVE_INFINITY })
        deployed.remaining = () => 60_900
        await deployed.once(events[0]).catch((error: unknown) => said.push(inspected(error)))
        deployed.remaining = () => 900_000
        played.heal()
      }
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
    const after = await Promise.all(definition.secrets.map((name) => deployed.store.secrets.get(id, name)))
    const left = [...(await deployed.dump()), { path: 'errors and logs', text: said.join('\n') }]
    const secrets = new Set([...Object.values(before), ...after, ...used(given, played)].flatMap(pieces))
    return { kept: left.filter(({ path }) => KEPT.test(path)), secrets: [...secrets] }
  }

  async function keepsSecrets(): Promise<void> {
    const { kept, secrets } = await leftBehind()
    expect(secrets.length).toBeGreaterThan(0)
    expect(kept.map(({ path }) => path)).toContainEqual(expect.stringMatching(RAW))
    // Of a redirect that was not followed.
    expect(kept.at(-1)!.text, 'errors').toMatch(/^changed$/m)
    const forms = secrets.flatMap((one) => [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)])
    const leaks = kept.filter(({ text }) => forms.some((one) => text.includes(one)))
    expect(
      leaks.map(({ path }) => path),
      'what holds a secret',
    ).toEqual([])
  }

  async function keepsPeople(): Promise<void> {
    if (isSkip(people)) return
    const { kept } = await leftBehind()
    const raw = kept.filter(({ path }) => RAW.test(path))
    const unknown = people.filter((one) => !raw.some(({ text }) => text.includes(one)))
    expect(unknown, 'people who are in no page').toEqual([])
    const telling = kept.filter(
      ({ path, text }) => !RAW.test(path) && (EMAIL.test(text) || people.some((one) => text.includes(one))),
    )
    expect(
      telling.map(({ path }) => path),
      'what tells who somebody is',
    ).toEqual([])
  }

  const noSecrets = isSkip(given.tokens) ? { skip: 'it has no secrets' } : keepsSecrets
  return [
    { name: 'leaves no secret in lake, table, logs or errors', run: noSecrets },
    { name: 'leaves nobody named but in the pages of the vendor', run: isSkip(people) ? people : keepsPeople },
    { name: "waits for the vendor's quota, as long as it lasts", run: isSkip(given.quota) ? given.quota : awaitsQuota },
  ]

  async function awaitsQuota(): Promise<void> {
    if (isSkip(given.quota)) return
    const { start, stream, seconds } = given.quota
    await play(start(), async (played) => {
      const waits: number[] = []
      const refusal = readConformed(given, played, stream, { waits })
      const message = expect.not.stringMatching(/<[a-z]/)
      await expect(refusal).rejects.toMatchObject({ code: 'limited', retryAfter: seconds, message })
      expect(waits, 'waits before another try').toEqual([])
      await using deployed = await deployConformed(given, played, { onDisk: false })
      const told = await deployed.once(eventOf(given, stream, 'long'))
      expect(told).toMatchObject({ status: 'wait', waitSeconds: Math.max(60, Math.min(900, seconds)) })
      expect((await deployed.run(told.run)).status).toBe('running')
    })
  }
}

/** Tokens that went over the wire. */
function used({ tokens }: Conformed, played: Played): string[] {
  const sent = played.requests.map(({ headers }) => String(headers.authorization ?? '').replace(/^\w+ /, ''))
  const shown = played.requests.flatMap(({ query }) =>
    ['access_token', 'appsecret_proof'].flatMap((name) => query.get(name) ?? []),
  )
  if (isSkip(tokens) || isSkip(tokens.endpoint)) return [...sent, ...shown]
  const forms = tokens.endpoint(played).requests.flatMap((form) => Object.entries(form))
  const secret = forms.flatMap(([name, value]) => (/token$|secret|assertion/.test(name) ? [value] : []))
  return [...sent, ...shown, ...secret]
}

/** A secret, or, of a key file, its long fields. */
function pieces(secret: string): string[] {
  if (!secret.startsWith('{')) return secret.length < SHORTEST ? [] : [secret]
  const fields = Object.values(JSON.parse(secret) as Record<string, unknown>).map(String)
  return fields.filter((field) => field.length > 60).flatMap((field) => [field, ...field.split('\n').slice(1, -2)])
}

/** Everything that a log could print of an error. */
function inspected(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message, stack, cause } = error
  const code = error instanceof TidemarkError ? error.code : 'no TidemarkError'
  return [code, message, stack, JSON.stringify(error), cause === undefined ? '' : inspected(cause)].join('\n')
}
