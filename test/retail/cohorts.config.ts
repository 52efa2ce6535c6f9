import { customers, orders } from '../../functions/facts.ts'
import { defineConfig } from '../../functions/kit/config.ts'
import { person } from '../../functions/kit/person.ts'
import { csv } from '../../functions/sources/csv.ts'

/**
 * The ledger of `retail.config.ts` as a list of customers, each since the first invoice, with what they bought. Who
 * bought nothing in a week or month counts as away. `cohort_oracle.py` computes the same cohorts independently.
 */
export default defineConfig({
  timezone: 'Europe/London',
  currency: 'GBP',
  windows: [1],
  churn: { inactiveDays: 30 },
  sources: [
    csv(
      {
        file: '../../../shared/data/online_retail_2010-12_2011-02/online_retail.csv.gz',
        zone: 'Europe/London',
        map: ({ InvoiceNo, InvoiceDate, CustomerID }) => {
          if (CustomerID === '' || InvoiceNo!.startsWith('C')) return null
          const customer = person({ id: CustomerID! })
          return [
            customers({ customer, since: InvoiceDate! }),
            orders({ id: InvoiceNo!, at: InvoiceDate!, amount: 0, currency: 'GBP', kind: 'order', customer }),
          ]
        },
      },
      { id: 'shop' },
    ),
  ],
})
