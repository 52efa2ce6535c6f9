import type { Metric } from '../kit/metric.ts'
import * as commerce from './commerce.ts'
import * as customer from './customer.ts'
import * as email from './email.ts'
import * as interaction from './interaction.ts'
import * as loyalty from './loyalty.ts'
import * as sales from './sales.ts'
import * as social from './social.ts'
import * as support from './support.ts'
import * as voice from './voice.ts'
import * as web from './web.ts'

/**
 * The table of contents: every metric under what it is about, both in the order in which people read them. A group is a
 * contract, as the id of a metric is.
 */
const groups: Readonly<Record<string, readonly Metric[]>> = {
  interaction: [
    interaction.interactionCount,
    interaction.customerInteractionRate,
    interaction.activeCustomers,
    interaction.activeCustomerShare,
    interaction.interactionsPerActiveCustomer,
    interaction.engagementPoints,
    interaction.engagementPointsPerCustomer,
    interaction.engagementScore,
    interaction.customerInitiatedShare,
    interaction.proactiveContactShare,
    interaction.contactFrequency,
    interaction.stickiness,
  ],
  customer: [customer.customerCount],
  web: [
    web.sessions,
    web.engagedSessionRate,
    web.bounceRate,
    web.pagesPerSession,
    web.averageSessionDuration,
    web.newUserShare,
  ],
  social: [
    social.followers,
    social.socialInteractions,
    social.engagementRateByReach,
    social.engagementRateByImpressions,
    social.engagementRateByFollowers,
  ],
  email: [
    email.deliveryRate,
    email.openRate,
    email.clickRate,
    email.clickToOpenRate,
    email.unsubscribeRate,
    email.emailResponseRate,
  ],
  support: [
    support.ticketsOpened,
    support.ticketsSolved,
    support.openTickets,
    support.firstResponseTime,
    support.firstResponseTimeMean,
    support.resolutionTime,
    support.resolutionTimeMean,
    support.firstContactResolutionRate,
    support.reopenRate,
  ],
  voice: [
    voice.nps,
    voice.csat,
    voice.ces,
    voice.cesEasyShare,
    voice.averageRating,
    voice.reviews,
    voice.surveyResponses,
  ],
  commerce: [
    commerce.orderCount,
    commerce.revenue,
    commerce.averageOrderValue,
    commerce.refundRate,
    commerce.repeatPurchaseRate,
    commerce.repeatPurchaseRateByOrders,
    commerce.purchaseFrequency,
    commerce.customerLifetimeValue,
  ],
  loyalty: [
    loyalty.newCustomers,
    loyalty.churnedCustomers,
    loyalty.churnRate,
    loyalty.retentionRate,
    loyalty.tenureMedian,
    loyalty.tenureMean,
    loyalty.referralCount,
    loyalty.referralConversionRate,
    loyalty.communityPosts,
    loyalty.communityActiveMembers,
  ],
  sales: [sales.cartAbandonmentRate, sales.winRate, sales.salesCycleLength, sales.interactionsPerSalesCycle],
}

/** Every metric, with its group. */
export const metrics: readonly Metric[] = Object.entries(groups).flatMap(([group, members]) =>
  members.map((metric) => ({ ...metric, group })),
)
