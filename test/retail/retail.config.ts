import { orders } from '../../functions/facts.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { invalid } from '../../functions/kit/errors.ts'
import { person } from '../../functions/kit/person.ts'
import { csv } from '../../functions/sources/csv.ts'

/** What the shop pays to others. Booked under these codes without a customer, it is no customer's money. */
const ownCosts = ['AMAZONFEE', 'BANK CHARGES', 'S']

/**
 * The UCI Online Retail data set (Chen 2015, doi:10.24432/C5BW33), a ledger of invoice lines, as orders. Why each line
 * counts or does not is told in docs/csv.md; `oracle.py` beside this file computes the same metrics independently.
 */
export default defineConfig({
  timezone: 'Europe/London',
  currency: 'GBP',
  windows: [1, 7, 28, 'all'],
  sources: [
    csv(
      {
        file: '../../../shared/data/online_retail_2010-12_2011-02/online_retail.csv.gz',
        zone: 'Europe/London',
        map: (row) => {
          const guest = row.CustomerID === ''
          // Corrections of the stock and things given away: nobody bought, and there is no money in it
          if (guest && Number(row.UnitPrice) === 0) return null
          if (guest && ownCosts.includes(row.StockCode!)) return null
          // Everything else is the customer's money: goods, postage (POST, C2, DOT), vouchers, manual entries (M),
          // discounts (D, always a C invoice here). A line of price 0 with a customer is a free order, or part of one.
          return orders({
            id: row.InvoiceNo!,
            at: row.InvoiceDate!,
            amount: pence(row.Quantity!, row.UnitPrice!),
            currency: 'GBP',
            kind: row.InvoiceNo!.startsWith('C') ? 'refund' : 'order',
            customer: person({ id: row.CustomerID! }),
          })
        },
      },
      { id: 'shop' },
    ),
  ],
})

/** Quantity × price, multiplied as whole numbers: 3 × 2.55 is 765 pence and not 764.9999999999999. */
function pence(quantity: string, price: string): number {
  const [, pounds, decimals = ''] = /^(\d+)(?:\.(\d+))?$/.exec(price) ?? []
  if (pounds === undefined || !/^-?\d+$/.test(quantity)) {
    throw invalid(`${quantity} × '${price}' is no amount; expected a whole quantity and a price such as 2.55`)
  }
  const fraction = decimals.padEnd(2, '0')
  return (Number(quantity) * Number(pounds + fraction)) / 10 ** (fraction.length - 2)
}
