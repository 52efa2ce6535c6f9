import type { Context } from 'hono'
import { TidemarkError } from '../kit/errors.ts'
import { keys, type QuotaRow } from '../store/rows.ts'
import type { Table } from '../store/table.ts'
import { problem } from './problem.ts'

/** Requests that one caller may make in a window. */
export const REQUESTS = 600

const WINDOW_S = 60
const POLICY = 'default'
/** Into how many blocks a window's quota is cut: what an instance has taken and not used is lost to the others. */
const BLOCKS = 50

/** Where a caller stands. */
export interface Standing {
  readonly granted: boolean
  readonly limit: number
  readonly remaining: number
  /** Seconds to the next window, at least 1. */
  readonly reset: number
  /** Puts a request that was granted back: it was free of charge. */
  giveBack(): Standing
}

/** Counts requests, for all instances together. */
export interface Quota {
  /** Takes one request out of the caller's quota, if there is one left. */
  take(caller: string): Promise<Standing>
}

interface Account {
  /** Requests of the blocks taken that are left. */
  left: number
  /** Of the quota that no instance had taken when this one last looked. */
  untaken: number
  leasing: Promise<void> | undefined
}

/**
 * Fixed windows of a minute. Each instance takes blocks of a caller's quota from the table and counts them down in
 * memory, so that most requests cost nothing. All together never grant more than the quota, and up to one block less
 * for every other instance that the caller met.
 */
export function leasedQuota(table: Table, now: () => Date, limit: number = REQUESTS): Quota {
  let window = -1
  const accounts = new Map<string, Account>()

  async function lease(caller: string, account: Account, at: number): Promise<void> {
    const { pk, sk } = keys.quota(caller, at)
    // The table forgets by the computer's clock, whatever clock a rehearsal runs on.
    const expires = Math.ceil(Date.now() / 1_000) + 2 * WINDOW_S
    // A condition that fails is another instance that took a block, of which there are so many.
    for (let tries = 0; tries <= BLOCKS; tries++) {
      const taken = ((await table.get(pk, sk)) as QuotaRow | undefined)?.taken
      const block = Math.min(Math.ceil(limit / BLOCKS), limit - (taken ?? 0))
      account.untaken = limit - (taken ?? 0) - block
      if (block === 0) return
      const row: QuotaRow = { pk, sk, expires, taken: (taken ?? 0) + block }
      const unchanged = taken === undefined ? 'absent' : ({ attribute: 'taken', is: '=', value: taken } as const)
      if (await table.put(row, unchanged)) {
        account.left += block
        return
      }
    }
    throw new TidemarkError('unavailable', 'too much is asked at once; try again', { retryAfter: 1 })
  }

  return {
    async take(caller) {
      const ms = now().getTime()
      const at = Math.floor(ms / (WINDOW_S * 1_000))
      if (at !== window) {
        window = at
        accounts.clear()
      }
      const account = accounts.get(caller) ?? { left: 0, untaken: limit, leasing: undefined }
      accounts.set(caller, account)
      while (account.left === 0 && account.untaken > 0) {
        account.leasing ??= lease(caller, account, at).finally(() => {
          account.leasing = undefined
        })
        await account.leasing
      }
      const granted = account.left > 0
      if (granted) account.left -= 1
      const reset = Math.max(1, Math.ceil(((at + 1) * WINDOW_S * 1_000 - ms) / 1_000))
      const standing: Standing = {
        granted,
        limit,
        remaining: account.left + account.untaken,
        reset,
        giveBack: () => {
          account.left += 1
          return { ...standing, remaining: account.left + account.untaken }
        },
      }
      return standing
    },
  }
}

/** The headers of draft-ietf-httpapi-ratelimit-headers-10, which is a draft still: nobody else writes them. */
export function writeQuotaHeaders(c: Context, { limit, remaining, reset }: Standing): void {
  c.header('RateLimit-Policy', `"${POLICY}";q=${limit};w=${WINDOW_S}`)
  c.header('RateLimit', `"${POLICY}";r=${remaining};t=${reset}`)
}

/** The answer to a caller whose quota is used up. */
export function quotaExceeded(c: Context, { limit, reset }: Standing): Response {
  return problem(c, 'quota-exceeded', {
    detail: `a key has ${limit} requests in ${WINDOW_S} s; try again in ${reset} s`,
    headers: { 'Retry-After': String(reset) },
  })
}
