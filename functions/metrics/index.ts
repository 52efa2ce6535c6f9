import type { Metric } from '../kit/metric.ts'
import { averageOrderValue, orderCount, repeatPurchaseRate, revenue } from './commerce.ts'
import { customerCount } from './customer.ts'
import {
  activeCustomerShare,
  activeCustomers,
  customerInteractionRate,
  engagementPoints,
  engagementPointsPerCustomer,
  interactionCount,
} from './interaction.ts'

/** The table of contents: every metric, in the order in which people read them. */
export const metrics: readonly Metric[] = [
  interactionCount,
  customerCount,
  customerInteractionRate,
  activeCustomers,
  activeCustomerShare,
  engagementPoints,
  engagementPointsPerCustomer,
  orderCount,
  revenue,
  averageOrderValue,
  repeatPurchaseRate,
]
