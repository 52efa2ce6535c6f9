import { interactions, orders } from './functions/facts.ts'
import { defineConfig } from './functions/kit/config.ts'
import { person } from './functions/kit/person.ts'
import { csv } from './functions/sources/csv.ts'
import { hubspot } from './functions/sources/hubspot.ts'

/**
 * The demo: a grocery shop, whose CRM is HubSpot and whose till writes a CSV file. `npm start` plays both with real data
 * (sandbox/demo/README.md) and says where through the two variables. Edit it into your own, or write another and name
 * it in TIDEMARK_CONFIG.
 */
export default defineConfig({
  timezone: 'America/New_York',
  currency: 'USD',
  windows: [1, 7, 28, 'all'],
  sources: [
    hubspot({ baseUrl: process.env.TIDEMARK_DEMO_HUBSPOT }),
    csv(
      {
        file: process.env.TIDEMARK_DEMO_SHOP ?? 'sandbox/demo/data/shop.csv.gz',
        zone: 'America/New_York',
        map: ({ kind, id, household, at, cents, campaign }) => {
          // The till knows people by the id of their contact in HubSpot.
          const customer = person({ id: household, of: 'hubspot' })
          return kind === 'order'
            ? orders({ id: id!, at: at!, amount: Number(cents), currency: 'USD', kind: 'order', customer })
            : interactions({
                at: at!,
                channel: 'commerce',
                kind: 'action',
                initiator: 'customer',
                customer,
                content: `campaign ${campaign}`,
              })
        },
      },
      { id: 'shop' },
    ),
  ],
  weights: { purchase: 10, action: 3, referral: 8, review: 5, call: 3, message: 2, like: 1 },
})
