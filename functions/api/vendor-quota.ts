import * as z from 'zod'
import { addDays, bounds, dayOf } from '../kit/day.ts'
import type { RunRow } from '../store/rows.ts'

/** What is left of one allowance at a vendor. Null is "the vendor does not say". */
export const VendorQuota = z
  .object({
    name: z.string().describe('as the vendor calls it; `percent` is of its own limit, `spend_usd` money of a UTC day'),
    limit: z.number().nullable(),
    used: z.number().nullable(),
    remaining: z.number().nullable(),
    resets_at: z.string().nullable(),
    as_of: z.string().describe('when it was heard'),
  })
  .meta({ id: 'VendorQuota', description: 'null where the vendor does not say' })

export type VendorQuota = z.output<typeof VendorQuota>

const SPENT = 'spent_'
const LEFT = 'left_'

/** Every allowance of an account, each as the newest run that heard of it tells: streams share them. */
export function vendorQuotas(runs: readonly RunRow[], now: Date): VendorQuota[] {
  const newest = new Map<string, { readonly value: number; readonly asOf: string }>()
  for (const { quota, started, ended } of runs) {
    const asOf = ended ?? started
    for (const [name, value] of Object.entries(quota ?? {})) {
      if (asOf > (newest.get(name)?.asOf ?? '')) newest.set(name, { value, asOf })
    }
  }
  return [...newest].flatMap(([name, { value, asOf }]): VendorQuota[] => {
    if (name.startsWith(SPENT)) return []
    if (name.startsWith(LEFT)) {
      const currency = name.slice(LEFT.length)
      const spent = newest.get(SPENT + currency)
      if (spent) return [budget(currency, spent.value, value, asOf, now)]
    }
    const limit = name === 'percent' ? 100 : null
    return [
      { name, limit, used: limit === null ? null : limit - value, remaining: value, resets_at: null, as_of: asOf },
    ]
  })
}

/** Of a UTC day: on another one, nothing of it is spent yet, since who spends it is told here. */
function budget(currency: string, spent: number, left: number, asOf: string, now: Date): VendorQuota {
  const today = dayOf(now.getTime(), 'UTC')
  const used = dayOf(Date.parse(asOf), 'UTC') === today ? spent : 0
  // Amounts are whole millionths; their sum in floating point is not.
  const limit = Math.round((spent + left) * 1e6) / 1e6
  return {
    name: `spend_${currency}`,
    limit,
    used,
    remaining: Math.max(0, Math.round((limit - used) * 1e6) / 1e6),
    resets_at: new Date(bounds(addDays(today, 1), 'UTC').start).toISOString(),
    as_of: asOf,
  }
}
