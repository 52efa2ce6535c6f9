import type { Health } from '../functions/ingest/probe-source.ts'
import type { Store } from '../functions/store/open.ts'
import { keys } from '../functions/store/rows.ts'

/** As probes name it: when the token ends, and when it stops to give data although it lives. */
const ENDS = ['token until', 'data access until'] as const

/**
 * Keeps when what a source signs in with runs out, as its vendor said when it was probed: the API tells it on. Nothing
 * is kept of a source that is well and whose vendor names no end; one that is not well leaves what was known.
 */
export async function noteExpiry(
  { table }: Pick<Store, 'table'>,
  { source, status, details }: Pick<Health, 'source' | 'status' | 'details'>,
): Promise<void> {
  const { pk, sk } = keys.credential(source)
  const [first] = ENDS.flatMap((name) => details[name] ?? [])
    .filter((text) => !Number.isNaN(Date.parse(text)))
    .sort()
  if (first !== undefined) await table.put({ pk, sk, expires_at: first })
  else if (status === 'ok') await table.delete(pk, sk)
}
