import { TidemarkError } from '../kit/errors.ts'
import { collectRows } from '../store/collect-rows.ts'
import type { Store } from '../store/open.ts'
import { keys, type RunRow } from '../store/rows.ts'

/** Far more than a run of the workflow begins of one source. */
const NEWEST = 50

/**
 * Whether an invocation of the same run of the workflow left the stream's lease behind: it was killed, because nothing
 * else keeps a lease, and the workflow calls again only when it was answered.
 * @param holders how the holders of that run begin
 */
export async function hasDied(
  { table }: Pick<Store, 'table'>,
  source: string,
  stream: string,
  holders: string,
): Promise<boolean> {
  const { pk, sk } = keys.lease(source, stream)
  return String((await table.get(pk, sk))?.holder).startsWith(holders)
}

/** Notes in its row that a run has ended with the invocation that was killed, and says so. */
export async function noteDeath(
  { table }: Pick<Store, 'table'>,
  source: string,
  stream: string,
  now: Date,
): Promise<TidemarkError> {
  const error = new TidemarkError(
    'unavailable',
    'the function died while it read this, mostly for want of memory or time; its log says more',
  )
  const rows = (await collectRows(table, keys.run(source, '').pk, { reverse: true, limit: NEWEST })) as RunRow[]
  const row = rows.find((one) => one.stream === stream)
  if (row?.status === 'running') {
    const { code, message } = error
    const ended: RunRow = { ...row, status: 'failed', ended: now.toISOString(), error: { code, message } }
    await table.put(ended, { attribute: 'status', is: '=', value: 'running' })
  }
  return error
}
