import { hash } from 'node:crypto'
import * as z from 'zod'
import { bounds, type Day, dayOf } from '../kit/day.ts'
import { TidemarkError } from '../kit/errors.ts'
import type { Spend, Today, Wanted } from '../kit/spend.ts'
import type { Store } from '../store/open.ts'
import { keys, type SpendRow } from '../store/rows.ts'
import type { Quota } from './manifest.ts'

const Amounts = z.record(z.string(), z.int())
const Ledger = z.object({
  /** What was charged, by purpose. */
  spent: Amounts,
  /** Reservations that are not settled, by request; `again`: it was sent before, and nobody knows what came of it. */
  open: z.record(z.string(), z.object({ purpose: z.string(), amount: z.int(), again: z.boolean() })),
})
type Ledger = z.output<typeof Ledger> & {
  /** Digests of the items charged, 8 bytes each. */
  readonly items: Uint8Array
}

/** Before midnight, for so long, money is counted on both days: nobody knows on which the vendor will charge it. */
const MIDNIGHT_MS = 5 * 60_000
const KEPT_MS = 40 * 86_400_000
/** Items remembered in a day, 160 KB of digests; any more count each time they are read. */
const MOST_ITEMS = 20_000
const ATTEMPTS = 100

/**
 * Keeps account of what a source spends. A reservation is written before the request is sent, and only if nobody else
 * has changed the account meanwhile, so that two streams never spend the same rest. Killed between the two, too much is
 * counted and never too little.
 *
 * @param tell hears what is spent and left
 * @param clock the real one even in a rehearsal: vendors charge by it
 */
export function spendOf(
  { table }: Pick<Store, 'table'>,
  source: string,
  tell: (quota: Quota) => void,
  clock: () => number = Date.now,
): Spend {
  /** @throws `unavailable` if others are always faster */
  async function change(day: Day, next: (ledger: Ledger) => Ledger | null): Promise<Ledger> {
    const { pk, sk } = keys.spend(source, day)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = (await table.get(pk, sk)) as SpendRow | undefined
      const ledger = row ? { ...Ledger.parse(JSON.parse(row.ledger)), items: row.items } : EMPTY
      const changed = next(ledger)
      if (!changed) return ledger
      const { items, ...rest } = changed
      const expires = Math.floor((bounds(day, 'UTC').end + KEPT_MS) / 1_000)
      const item = { pk, sk, expires, version: (row?.version ?? 0) + 1, ledger: JSON.stringify(rest), items }
      const unchanged = row ? ({ attribute: 'version', is: '=', value: row.version } as const) : 'absent'
      if (await table.put(item, unchanged)) return changed
    }
    throw new TidemarkError('unavailable', `the account of what source '${source}' spends is changed all the time`)
  }

  return {
    async reserve(wanted) {
      const { purpose, most, budget, currency } = wanted
      const request = digestOf(`${purpose} ${wanted.request}`).toString(36)
      const now = clock()
      const days = [...new Set([now, now + MIDNIGHT_MS].map((ms) => dayOf(ms, 'UTC')))]
      const told = (ledger: Ledger): Today => {
        const by = amountsOf(ledger)
        const all = sum(by)
        tell({ [`spent_${currency}`]: all / 1e6, [`left_${currency}`]: Math.max(0, budget - all) / 1e6 })
        return { by, left: leftOf(ledger, wanted) }
      }
      let granted: number | null = most
      const ledgers: Ledger[] = []
      for (const day of days) {
        if (granted === null) break
        const most: number = granted
        const ledger = await change(day, (ledger) => {
          const { [request]: before, ...others } = ledger.open
          const charged = chargedOf(ledger)
          const isFree = wanted.items?.every((id) => charged.has(digestOf(id))) ?? false
          const left = isFree ? most : leftOf({ ...ledger, open: others }, wanted)
          granted = left >= Math.min(wanted.least, most) ? Math.min(most, left) : null
          if (granted === null || isFree) return null
          const amount = Math.max(before?.amount ?? 0, granted)
          return { ...ledger, open: { ...others, [request]: { purpose, amount, again: before !== undefined } } }
        })
        ledgers.push(ledger)
      }
      return {
        granted,
        today: told(ledgers[0]!),
        settle: async (read) => {
          const settled = await Promise.all(
            days.map((day) =>
              change(day, (ledger) => {
                const { [request]: reserved, ...open } = ledger.open
                const known = chargedOf(ledger)
                const fresh = new Map(read.map(({ id, price }) => [digestOf(id), price]))
                for (const id of fresh.keys()) if (known.has(id)) fresh.delete(id)
                const charged = [...fresh.values()].reduce((total, price) => total + price, 0)
                const cost = reserved?.again ? Math.max(reserved.amount, charged) : charged
                const spent = { ...ledger.spent, [purpose]: (ledger.spent[purpose] ?? 0) + cost }
                const items = [...known, ...fresh.keys()].slice(0, MOST_ITEMS)
                return { spent, open, items: new Uint8Array(new BigUint64Array(items).buffer) }
              }),
            ),
          )
          return told(settled[0]!)
        },
      }
    },
  }
}

const EMPTY: Ledger = { spent: {}, open: {}, items: new Uint8Array() }

const sum = (amounts: Readonly<Record<string, number>>) => Object.values(amounts).reduce((total, one) => total + one, 0)

/** What was spent and what is reserved, by purpose. */
function amountsOf({ spent, open }: Ledger): Record<string, number> {
  const all = { ...spent }
  for (const { purpose, amount } of Object.values(open)) all[purpose] = (all[purpose] ?? 0) + amount
  return all
}

function leftOf(ledger: Ledger, { purpose, budget, share }: Wanted): number {
  const by = amountsOf(ledger)
  return Math.max(0, Math.min(budget - sum(by), share - (by[purpose] ?? 0)))
}

const digestOf = (text: string): bigint => hash('sha256', text, 'buffer').readBigUInt64LE()

/** Digests of the items that were charged. A copy, since the bytes of a row may begin anywhere in memory. */
const chargedOf = ({ items }: Ledger): Set<bigint> => new Set(new BigUint64Array(new Uint8Array(items).buffer))
