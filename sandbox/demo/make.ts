import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { Temporal } from 'temporal-polyfill'

/**
 * Makes data/shop.csv.gz out of the folder of The Complete Journey that is its argument. The README beside it says what
 * was changed. The same input gives the same bytes.
 */
const [folder] = process.argv.slice(2)
if (!folder) throw new Error('usage: node sandbox/demo/make.ts <folder of complete_journey>')

interface Order {
  readonly basket: string
  readonly household: string
  readonly at: string
  cents: number
}

const orders = new Map<string, Order>()
for (const line of table('transactions_sample')) {
  const { basket_id: basket, household_id: household, transaction_timestamp: timestamp } = line
  const order = orders.get(basket!) ?? { basket: basket!, household: household!, at: local(timestamp!), cents: 0 }
  order.cents += cents(line.sales_value!) - cents(line.coupon_disc!)
  orders.set(basket!, order)
}

const rows = [...orders.values()].map(({ basket, household, at, cents }) => {
  return ['order', basket, household, at, String(Math.max(0, cents)), '']
})
for (const { household_id: household, redemption_date: day, campaign_id: campaign } of table('coupon_redemptions')) {
  rows.push(['redemption', '', household!, day!, '', campaign!])
}
rows.sort((a, b) =>
  a[3]! < b[3]! ? -1 : a[3]! > b[3]! ? 1 : Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]),
)

const lines = [['kind', 'id', 'household', 'at', 'cents', 'campaign'], ...rows].map((row) => `${row.join(',')}\n`)
writeFileSync(new URL('data/shop.csv.gz', import.meta.url), gzipSync(lines.join(''), { level: 9 }))

function table(name: string): Record<string, string>[] {
  return parse(gunzipSync(readFileSync(join(folder!, `${name}.csv.gz`))), { columns: true })
}

function cents(dollars: string): number {
  return Math.round(Number(dollars) * 100)
}

/** Wall time of the shop. */
function local(instant: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO('America/New_York').toPlainDateTime().toString()
}
