import { interactions, orders } from './functions/facts.ts'
import { defineConfig } from './functions/kit/config.ts'
import { person } from './functions/kit/person.ts'
import { adobeAnalytics } from './functions/sources/adobe-analytics.ts'
import { csv } from './functions/sources/csv.ts'
import { facebook } from './functions/sources/facebook.ts'
import { ga4 } from './functions/sources/ga4.ts'
import { hubspot } from './functions/sources/hubspot.ts'
import { instagram } from './functions/sources/instagram.ts'
import { linkedin } from './functions/sources/linkedin.ts'
import { x } from './functions/sources/x.ts'
import { youtube } from './functions/sources/youtube.ts'

/**
 * Where `npm start` plays a vendor; empty otherwise, and then the vendor itself is meant. A config of your own has no
 * use for it: `ga4({ property: '123' })` will do.
 */
function played(source: string): { baseUrl?: string; tokenUrl?: string } {
  const { [`TIDEMARK_DEMO_${source}`]: baseUrl, [`TIDEMARK_DEMO_${source}_TOKENS`]: tokenUrl } = process.env
  return { ...(baseUrl && { baseUrl }), ...(tokenUrl && { tokenUrl }) }
}

/**
 * The demo: a grocery shop with a CRM, a till that writes a CSV file, a website that two tools count, and five accounts
 * in social networks. `npm start` plays them all with real data (sandbox/demo/README.md). Edit it into your own, or
 * write another and name it in TIDEMARK_CONFIG.
 */
export default defineConfig({
  timezone: 'America/New_York',
  currency: 'USD',
  windows: [1, 7, 28, 'all'],
  // Nobody cancels at a grocer's: who has bought nothing for a month is lost.
  churn: { inactiveDays: 30 },
  sources: [
    hubspot({ ...played('HUBSPOT') }),
    ga4({ property: '123', keyEvents: ['sign_up'], ...played('GA4') }),
    adobeAnalytics({ company: 'shop', rsid: 'shop.web', zone: 'America/New_York', ...played('ADOBE_ANALYTICS') }),
    facebook({ page: '1001', ...played('FACEBOOK') }),
    instagram({ account: '2002', login: 'instagram', comments: true, ...played('INSTAGRAM') }),
    x({ account: '2244994945', budget: 20, ...played('X') }),
    linkedin({ organization: '2414183', ...played('LINKEDIN') }),
    youtube({ channel: 'UCdemodemodemodemodemo00', videos: true, ...played('YOUTUBE') }),
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
  // Both tools count the same visits; Google's are taken.
  owners: { traffic: 'ga4', 'interactions.web': 'ga4' },
  weights: { purchase: 10, action: 3, referral: 8, review: 5, call: 3, message: 2, like: 1 },
  // What this shop means by engaged customers, from a poor month (0) to the one it aims at (100).
  score: [
    {
      metric: 'engagement_points_per_customer',
      window: 28,
      weight: 4,
      floor: 5,
      target: 25,
      engagement: 'contextual',
      pillar: 'product',
    },
    {
      metric: 'active_customer_share',
      window: 28,
      weight: 3,
      floor: 20,
      target: 80,
      engagement: 'contextual',
      pillar: 'touchpoint',
    },
    {
      metric: 'repeat_purchase_rate',
      window: 28,
      weight: 3,
      floor: 30,
      target: 70,
      engagement: 'convenience',
      pillar: 'product',
    },
    {
      metric: 'bounce_rate',
      window: 28,
      weight: 2,
      floor: 95,
      target: 70,
      engagement: 'convenience',
      pillar: 'touchpoint',
    },
    {
      metric: 'engagement_rate_by_followers',
      window: 28,
      weight: 2,
      floor: 0,
      target: 10,
      engagement: 'social',
      pillar: 'brand',
    },
  ],
})
