import { on } from './example-facts.ts'

/*
 * Published examples that no declared metric can express:
 * - engagement score (raw) is `engagement_points`; lifetime value from value per week × years, by retention, and expected
 *   lifetime (25,272; 25,771.20; 5,489.27; 11,534.87; 40 months) predict: `customer_lifetime_value` looks back only;
 * - first response in business hours (1 h), activities per opportunity opened (250), and proactive contact as a ratio to
 *   reactive (20 %), as a rate of resolution (25 %), are other metrics by the catalogue's own words;
 * - the error of NPS (±4.14) and the median of interactions per cycle (6) are not computed.
 */

/** One published figure, and where ours is. */
export interface Example {
  readonly title: string
  readonly source: string
  readonly metric: string
  readonly day: string
  /** @default '1d' */
  readonly window?: string
  /** Of the breakdown, `dimension key`. @default - the total */
  readonly part?: string
  /** As published; the value rounds to it. */
  readonly published: number
  /** @default - the metric is no ratio */
  readonly of?: readonly [numerator: number, denominator: number]
  /** What must not come out. */
  readonly not?: readonly number[]
}

const OURS = 'our own'
const month = { day: on.window, window: '30d' } as const

/** Examples whose published figures hold when computed again. */
export const examples: readonly Example[] = [
  {
    title: 'customer interaction rate: 1,000 of 200',
    source: 'https://magicbean.ai/articles/enhancing-customer-interaction-rate',
    metric: 'customer_interaction_rate',
    day: on.cir,
    published: 500,
    of: [1000, 200],
  },
  {
    title: 'raw engagement score: 3×9 + 5×7 + 10×5',
    source: 'https://accoil.com/customer-health-guide/product-engagement-metrics/customer-engagement',
    metric: 'engagement_points',
    day: on.rawScore,
    published: 112,
  },
  {
    title: 'engagement score: 80·.4 + 50·.4 + 20·.2',
    source: OURS,
    metric: 'engagement_score',
    day: on.score,
    published: 56,
  },
  {
    title: 'engagement score: the third is missing, its weight is shared out',
    source: OURS,
    metric: 'engagement_score',
    day: on.partScore,
    published: 65,
  },
  {
    title: 'NPS: 100, 30, 80',
    source: 'https://gist.github.com/fitzgeraldsteele/7361953',
    metric: 'nps',
    day: on.nps,
    published: 9.52,
    of: [20, 210],
  },
  {
    title: 'NPS: one each of 0 … 10',
    source: 'https://gist.github.com/fitzgeraldsteele/7361953',
    metric: 'nps',
    day: on.npsOfEach,
    published: -45.45,
    of: [-5, 11],
  },
  { title: 'NPS: 6 is a detractor', source: OURS, metric: 'nps', day: on.npsOfSix, published: -100, of: [-1, 1] },
  {
    title: 'CSAT: 42, 32, 10, 9, 14',
    source: 'https://help.delighted.com/article/240-how-is-csat-calculated',
    metric: 'csat',
    day: on.csat,
    published: 69.16,
    of: [74, 107],
  },
  {
    title: 'CES: mean of 80, 210, 140, 110, 160, 180, 120',
    source: 'https://support.cys.group/…/3000095529',
    metric: 'ces',
    day: on.ces,
    published: 4.08,
    of: [4080, 1000],
  },
  {
    title: 'CES: share of 5 to 7',
    source: OURS,
    metric: 'ces_easy_share',
    day: on.ces,
    published: 46,
    of: [460, 1000],
  },
  {
    title: 'churn: 300 of 2,000',
    source: 'https://churnmiser.com/blog/how-to-calculate-customer-churn-rate-shopify',
    metric: 'churn_rate',
    ...month,
    part: 'segment churn',
    published: 15,
    of: [300, 2000],
    // (start ÷ end) ÷ start, of https://www.peelinsights.com/glossary/churn, makes no sense of its units
    not: [2000 / 1700 / 2000, (100 * (2000 / 1700)) / 2000],
  },
  {
    title: 'retention: 1,700 of 2,000',
    source: 'https://churnmiser.com/blog/how-to-calculate-customer-churn-rate-shopify',
    metric: 'retention_rate',
    ...month,
    part: 'segment churn',
    published: 85,
    of: [1700, 2000],
  },
  {
    title: 'retention: 100 at the start, 20 new, 110 at the end',
    source: 'https://miocommerce.com/blog/how-to-measure-customer-engagement/',
    metric: 'retention_rate',
    ...month,
    part: 'segment retention',
    published: 90,
    of: [90, 100],
  },
  {
    title: 'retention: 107 M, 3.5 M new, 105 M, a 50,000th of each',
    source: 'https://www.solutioninn.com (18273468)',
    metric: 'retention_rate',
    ...month,
    part: 'segment network',
    published: 94.86,
    of: [2030, 2140],
  },
  {
    title: 'repeat purchase rate: 300 of 1,000',
    source: 'https://www.fructifi.com/repeat-purchase-rate/',
    metric: 'repeat_purchase_rate',
    ...month,
    published: 30,
    of: [300, 1000],
  },
  {
    title: 'average order value: 428,000 by 6,240, in cents',
    source: 'https://www.calclet.com/tools/average-order-value-calculator',
    metric: 'average_order_value',
    day: on.aov,
    published: 6858.97,
    of: [42_800_000, 6240],
  },
  {
    title: 'average of averages: 90,000 at 50 and 100 at 100, a hundredth of each',
    source: 'https://datafield.dev/sql/part-02/chapter-07/case-study-01.html',
    metric: 'average_order_value',
    day: on.aovOfDays,
    window: '2d',
    published: 5005.55,
    of: [4_510_000, 901],
    not: [7500],
  },
  {
    title: 'average of averages: CSAT 88 % of 120 and 62 % of 880, five times each',
    source: 'https://sandhyaindurkar.com/math-applied/weighted-averages-real-data',
    metric: 'csat',
    day: on.pooledCsat,
    published: 65.12,
    of: [3256, 5000],
    not: [75],
  },
  {
    title: 'stickiness: 15,000 of 50,000, a thousandth of each',
    source: 'https://pitchkit.net/resources/glossary/dau-mau',
    metric: 'stickiness',
    day: on.window,
    window: '28d',
    published: 30,
    of: [15, 50],
  },
  {
    title: 'engaged sessions: 693 of 1,810',
    source: 'https://www.bbccss.com/engagement-rate-vs-bounce-rate-in-ga4.html',
    metric: 'engaged_session_rate',
    day: on.ga4,
    published: 38.29,
    of: [693, 1810],
  },
  {
    title: 'bounce: the rest of them',
    source: 'https://www.bbccss.com/engagement-rate-vs-bounce-rate-in-ga4.html',
    metric: 'bounce_rate',
    day: on.ga4,
    published: 61.71,
    of: [1117, 1810],
  },
  {
    title: 'engagement by reach: 3.4 % and 3.5 % of equal reaches',
    source: 'https://blog.hootsuite.com/calculate-engagement-rate/',
    metric: 'engagement_rate_by_reach',
    day: on.evenReach,
    published: 3.45,
    of: [69, 2000],
  },
  {
    title: 'engagement by reach: 3.4 % and 3.5 % of unequal reaches are pooled',
    source: OURS,
    metric: 'engagement_rate_by_reach',
    day: on.unevenReach,
    published: 3.49,
    of: [349, 10_000],
    not: [3.45],
  },
  {
    title: 'cart abandonment: 2,500 of 2,500 + 650',
    source: 'http://goodcontent.org/digital-marketing/abandonment-rate/',
    metric: 'cart_abandonment_rate',
    day: on.carts,
    published: 79.37,
    of: [2500, 3150],
    // "The ratio to completed orders", as the same page has it
    not: [(100 * 2500) / 650],
  },
  {
    title: 'cart abandonment: 10,000 carts, 3,000 bought',
    source: 'https://theprimecalculator.com',
    metric: 'cart_abandonment_rate',
    day: on.moreCarts,
    published: 70,
    of: [7000, 10_000],
  },
  {
    title: 'first contact resolution: 120 of 200',
    source: 'https://sparrowdesk.com',
    metric: 'first_contact_resolution_rate',
    day: on.fcr,
    published: 60,
    of: [120, 200],
  },
  {
    title: 'first contact resolution: 210 of 300',
    source: 'https://court323.com',
    metric: 'first_contact_resolution_rate',
    day: on.moreFcr,
    published: 70,
    of: [210, 300],
  },
  {
    title: 'first response: 25,000 minutes by 500, in seconds',
    source: 'https://generatekpi.com/?p=515',
    metric: 'first_response_time_mean',
    day: on.firstReply,
    published: 50 * 60,
    of: [25_000 * 60, 500],
  },
  {
    title: 'first response: from 18:00 to 08:00 are 14 hours of the calendar',
    source: 'https://www.keeping.com/help/articles/calculating-first-response-time/',
    metric: 'first_response_time',
    day: on.overnight,
    published: 14 * 3600,
  },
  {
    title: 'interactions per sales cycle: 4, 6, 11',
    source: OURS,
    metric: 'interactions_per_sales_cycle',
    day: on.touches,
    published: 7,
    of: [21, 3],
  },
  {
    title: 'sales cycle: 40, 30, 60, 70 days',
    source: 'https://www.sisense.com/kpi-library/sales-kpis/sales-cycle-length/',
    metric: 'sales_cycle_length',
    day: on.cycle,
    published: 50,
    of: [200, 4],
  },
  {
    title: 'proactive contact: 20 to 100 is a share of 20 in 120',
    source: 'https://supportman.io/glossary/proactive-support/',
    metric: 'proactive_contact_share',
    day: on.proactive,
    published: 16.67,
    of: [20, 120],
    not: [20],
  },
  {
    title: 'tenure: mean of 10, 100, 400 days',
    source: OURS,
    metric: 'tenure_mean',
    ...month,
    part: 'segment tenure',
    published: 170,
    of: [510, 3],
  },
  {
    title: 'tenure: median of 10, 100, 400 days',
    source: OURS,
    metric: 'tenure',
    ...month,
    part: 'segment tenure',
    published: 100,
  },
]

/** Published figures that do not follow from their own numbers: what those make, and what is claimed. */
export const rejected: readonly Example[] = [
  {
    title: '1,000 replies with a mean of 2.82 are 1,010 with one of 2.99',
    source: 'https://support.cys.group/…/3000095528',
    metric: 'average_rating',
    day: on.fivePoints,
    published: 2.99,
    of: [3020, 1010],
    not: [2.82],
  },
  {
    title: '"1310/152 = 8.6 %" is 11.6 %',
    source: 'https://al3xandr3.github.io/Average-of-Average-no-no',
    metric: 'engaged_session_rate',
    day: on.rates,
    published: 11.6,
    of: [152, 1310],
    not: [8.6, 1310 / 152],
  },
  {
    title: '2 of 10 is 20 %, not 5',
    source: 'https://al3xandr3.github.io/Average-of-Average-no-no',
    metric: 'engaged_session_rate',
    day: on.moreRates,
    published: 20,
    of: [2, 10],
    not: [5],
  },
  {
    title: 'both days together are pooled, not a mean of rates',
    source: 'https://al3xandr3.github.io/Average-of-Average-no-no',
    metric: 'engaged_session_rate',
    day: on.moreRates,
    window: '2d',
    published: 11.67,
    of: [154, 1320],
    not: [(11.6 + 20) / 2],
  },
  {
    title: '890 by 9 orders is 98.89, not 89',
    source: 'https://docs.sourcemedium.com (orders of $0 excluded)',
    metric: 'average_order_value',
    day: on.aovOfNine,
    published: 9888.89,
    of: [89_000, 9],
    not: [8900],
  },
  {
    title: 'and 89 where the tenth order is free, for we do not exclude it',
    source: OURS,
    metric: 'average_order_value',
    day: on.aovWithZero,
    published: 8900,
    of: [89_000, 10],
  },
]
