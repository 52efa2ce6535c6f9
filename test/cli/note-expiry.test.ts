import { expect, test } from 'vitest'
import { noteExpiry } from '../../cli/note-expiry.ts'
import { keys } from '../../functions/store/rows.ts'
import { memoryTable } from '../store/memory-table.ts'

const UNTIL = '2027-01-15T08:00:00.000Z'

/** What is kept after each of those probes. */
async function kept(...probes: readonly { status: 'ok' | 'failed'; details: Record<string, string> }[]) {
  const table = memoryTable(Date.now)
  const { pk, sk } = keys.credential('meta')
  const found: unknown[] = []
  for (const probe of probes) {
    await noteExpiry({ table }, { source: 'meta', ...probe })
    found.push((await table.get(pk, sk))?.expires_at)
  }
  return found
}

test('the earlier end is kept: of the token, or of what it gives', async () => {
  expect(await kept({ status: 'ok', details: { 'token until': UNTIL } })).toEqual([UNTIL])
  const earlier = { 'token until': UNTIL, 'data access until': '2026-12-24T00:00:00.000Z' }
  expect(await kept({ status: 'ok', details: earlier })).toEqual(['2026-12-24T00:00:00.000Z'])
  const endless = { 'token until': 'it is revoked', 'data access until': UNTIL }
  expect(await kept({ status: 'failed', details: endless })).toEqual([UNTIL])
})

test('a token without an end takes its place; a probe that failed does not', async () => {
  const known = { status: 'ok', details: { 'token until': UNTIL } } as const
  const failed = { status: 'failed', details: {} } as const
  const endless = { status: 'ok', details: { 'token until': 'it is revoked' } } as const
  expect(await kept(known, failed, endless)).toEqual([UNTIL, UNTIL, undefined])
})
