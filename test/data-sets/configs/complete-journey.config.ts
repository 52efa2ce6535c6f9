import { customers, interactions, orders } from '../../../functions/facts.ts'
import { defineConfig } from '../../../functions/kit/config.ts'
import { invalid } from '../../../functions/kit/errors.ts'
import { person } from '../../../functions/kit/person.ts'
import { csv } from '../../../functions/sources/csv.ts'

const folder = '../../../../shared/data/complete_journey'
const household = (id: string) => person({ id, of: 'household' })

/**
 * The Complete Journey 2.0 of 84.51° (R package completejourney 1.1.1, CC0), a sample of lines of baskets, and coupons
 * redeemed, of the same households. The customers are those 801 households of which the shop knows more, since before the
 * year began; they are split by what they earn. Others buy too. Whose last activity is four weeks old is lost. A coupon
 * redeemed is an action in the shop, on a day without time.
 */
export default defineConfig({
  timezone: 'America/New_York',
  currency: 'USD',
  windows: [1],
  churn: { inactiveDays: 28 },
  sources: [
    csv(
      {
        file: `${folder}/transactions_sample.csv.gz`,
        zone: 'UTC',
        map: (row) =>
          orders({
            id: row.basket_id!,
            at: row.transaction_timestamp!,
            amount: cents(row.sales_value!),
            currency: 'USD',
            kind: 'order',
            customer: household(row.household_id!),
          }),
      },
      { id: 'tills' },
    ),
    csv(
      {
        file: `${folder}/coupon_redemptions.csv.gz`,
        zone: 'America/New_York',
        map: (row) =>
          interactions({
            at: row.redemption_date!,
            channel: 'in_person',
            kind: 'action',
            initiator: 'customer',
            customer: household(row.household_id!),
          }),
      },
      { id: 'coupons' },
    ),
    csv(
      {
        file: `${folder}/households.csv.gz`,
        zone: 'America/New_York',
        map: (row) =>
          customers({ customer: household(row.household_id!), since: '2016-12-31', segment: row.income || undefined }),
      },
      { id: 'crm' },
    ),
  ],
})

/** 3.86, 3.8 or 3 dollars as cents, without going through fractions. */
function cents(text: string): number {
  const [, dollars, decimals = ''] = /^(\d+)(?:\.(\d\d?))?$/.exec(text) ?? []
  if (dollars === undefined) throw invalid(`'${text}' is no amount; expected dollars such as 3.86`)
  return Number(dollars + decimals.padEnd(2, '0'))
}
