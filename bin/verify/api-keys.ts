import type { Claim } from './claim.ts'
import { fail, notShown, pass } from './claim.ts'

interface SnapshotBody {
  readonly revision: number
  readonly metrics: Readonly<
    Record<string, { readonly windows: Readonly<Record<string, { readonly value: number | null }>> }>
  >
  readonly sources: readonly { readonly id: string; readonly status: string }[]
}

/** Reads the newest snapshot as a team would. */
export const apiKeys: Claim = {
  claim: 'the snapshot is read over HTTP with a key, and not without',
  async look(bench) {
    const { day, undo, notes } = bench
    const path = `/v1/snapshots/${day}`
    const done = `GET ${path} without a key, and with one made for it`
    const without = await bench.ask(path)
    const made = await bench.makeKey()
    const revoke = undo.add({
      what: `API key ${made.id}`,
      byHand: `tidemark keys revoke ${made.id}`,
      back: () => made.revoke(),
    })
    notes.key = { ...made, revoke }
    const { status, body } = await bench.ask(path, made.key)
    const statuses = `${without.status} without, ${status} with`
    if (without.status !== 401 || status !== 200) return fail(done, `${statuses}; expected 401 and 200`)
    const { revision, metrics, sources } = JSON.parse(body) as SnapshotBody
    const values = Object.values(metrics).flatMap(({ windows }) => Object.values(windows).map(({ value }) => value))
    const known = values.filter((value) => value !== null).length
    const dropped = notes.dropped && sources.find(({ id }) => id === notes.dropped?.source)
    const seen = `${statuses}; revision ${revision}, ${known} of ${values.length} values are known${dropped ? `, ${dropped.id} ${dropped.status}` : ''}`
    notes.snapshot = body
    if (notes.dropped && (dropped?.status !== 'ok' || known === 0)) return fail(done, seen)
    return pass(done, seen)
  },
}

/** A running API remembers a key for ten seconds, and CloudWatch's clock is not ours. */
const REMEMBERED_MS = 20_000
const POLL_MS = 2_000

/** Revokes the key that was made, and waits for its end. */
export const revokedKey: Claim = {
  claim: 'a revoked key is refused within ten seconds or so',
  async look({ notes, pause, ask, say, day }) {
    if (!notes.key) return notShown('nothing', 'no key was made')
    const done = `used key ${notes.key.id}, revoked it, and used it again`
    const before = await ask(`/v1/snapshots/${day}`, notes.key.key)
    await notes.key.revoke()
    if (before.status === 401) return fail(done, 'it did not work before either')
    for (let waited = 0; waited <= REMEMBERED_MS; waited += POLL_MS) {
      const { status } = await ask(`/v1/snapshots/${day}`, notes.key.key)
      if (status === 401) return pass(done, `401 after ${waited / 1000} s`)
      say(`the key still works, ${waited / 1000} s`)
      await pause(POLL_MS)
    }
    return fail(done, `it still works after ${REMEMBERED_MS / 1000} s`)
  },
}
