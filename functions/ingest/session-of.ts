import { setTimeout as pause } from 'node:timers/promises'
import { TidemarkError } from '../kit/errors.ts'
import type { HttpEnv } from '../kit/http.ts'
import { takeLease } from '../store/lease.ts'
import type { Store } from '../store/open.ts'

const LEASE_SECONDS = 60
const POLL_MS = 250

/**
 * What a source may use to open a session: its own secrets, and the right to be the only one who does, so that two
 * processes never spend one refresh token.
 *
 * @throws `unavailable` from `exclusively` if another process holds that right for a minute
 */
export function sessionOf(
  { table, secrets }: Pick<Store, 'table' | 'secrets'>,
  source: string,
  holder: string,
): NonNullable<HttpEnv['session']> {
  return {
    secret: (name) => secrets.get(source, name),
    keep: (name, value) => secrets.put(source, name, value),
    exclusively: async (work) => {
      for (let waited = 0; waited <= LEASE_SECONDS * 1_000; waited += POLL_MS) {
        const lease = await takeLease(table, source, 'session', `${holder}:session`, LEASE_SECONDS)
        if (!lease) {
          await pause(POLL_MS)
          continue
        }
        try {
          return await work()
        } finally {
          await lease.release()
        }
      }
      throw new TidemarkError('unavailable', `another process has been opening a session of '${source}' for a minute`)
    },
  }
}
