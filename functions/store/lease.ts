import { hostname } from 'node:os'
import { keys } from './rows.ts'
import type { Table } from './table.ts'

/** Tells this process from an earlier one with its number, which in a container that is started again is the rule. */
const STARTED = String(Math.round(performance.timeOrigin))

/** Who holds a lease. A process on this machine can be seen to be dead; an invocation in Lambda only runs out. */
export function localHolder(): string {
  return `local:${hostname()}:${process.pid}:${STARTED}`
}

/** The exclusive right to write something; ends with the invocation that took it, at the latest. */
export interface Lease {
  release(): Promise<void>
}

/**
 * Takes a lease for `seconds`; null if somebody else holds it. A lease whose holder ran on this machine and no longer
 * does is taken over, so that a killed process blocks nobody.
 *
 * @param holder unique to the invocation; begins with `localHolder()` outside Lambda
 * @param now the clock by which rows of the table expire. @default - the real one, as `openStore` has it
 */
export async function takeLease(
  table: Table,
  owner: string,
  what: string,
  holder: string,
  seconds: number,
  now: Date = new Date(),
): Promise<Lease | null> {
  const key = keys.lease(owner, what)
  const item = { ...key, holder, expires: Math.floor(now.getTime() / 1000 + seconds) }
  const lease = { release: async () => void (await table.delete(key.pk, key.sk, mine(holder))) }
  if (await table.put(item, 'absent')) return lease
  const current = await table.get(key.pk, key.sk)
  if (!current) return (await table.put(item, 'absent')) ? lease : null
  const other = String(current.holder)
  if (!isDead(other)) return null
  return (await table.put(item, mine(other))) ? lease : null
}

/** Whether another process of this machine, seen to be alive, holds a lease. */
export async function isHeldNextDoor(table: Table, owner: string, what: string): Promise<boolean> {
  const { pk, sk } = keys.lease(owner, what)
  const holder = String((await table.get(pk, sk))?.holder)
  const [kind, host, pid] = holder.split(':')
  return kind === 'local' && host === hostname() && Number(pid) !== process.pid && !isDead(holder)
}

const mine = (holder: string) => ({ attribute: 'holder', is: '=', value: holder }) as const

function isDead(holder: string): boolean {
  const [kind, host, pid, started] = holder.split(':')
  if (kind !== 'local' || host !== hostname()) return false
  if (Number(pid) === process.pid) return started !== STARTED
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
