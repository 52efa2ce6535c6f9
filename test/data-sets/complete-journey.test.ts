import { sameOfBoth } from './ask-both.ts'

const [FROM, TO] = ['2017-01-01', '2017-12-31']

sameOfBoth({
  large: true,
  folder: 'complete_journey',
  config: 'test/data-sets/configs/complete-journey.config.ts',
  program: 'complete_journey.py',
  to: TO,
  facts: 77_903,
  questions: [
    ['customers', FROM, TO, 'total', 'segment'],
    ['revenue', FROM, TO],
    ['active_customers', '2017-05-03', '2017-06-22', 'week', 'channel'],
    ['active_customer_share', '2017-02-11', '2017-03-23', 'total', 'channel'],
    ['churn_rate', '2017-02-10', '2017-09-06', 'month'],
  ],
  more: [
    ['orders', FROM, TO, 'week'],
    ['revenue', '2017-03-07', '2017-05-19', 'week'],
    ['average_order_value', FROM, TO, 'week'],
    ['interactions', FROM, TO, 'month', 'channel'],
    ['customer_interaction_rate', '2017-03-11', '2017-03-13', 'day'],
    ['interactions_per_active_customer', FROM, TO, 'month', 'channel'],
    ['active_customers', FROM, TO, 'total', 'channel'],
    ['active_customers', FROM, TO, 'month', 'channel'],
    ['active_customer_share', FROM, TO, 'week'],
    ['repeat_purchase_rate', FROM, TO, 'week'],
    ['purchase_frequency', FROM, TO, 'month'],
    ['tenure_mean', FROM, TO, 'month', 'segment'],
    ['churned_customers', '2017-06-10', '2017-09-21', 'week'],
    ['retention_rate', '2017-02-01', TO, 'week'],
  ],
})
