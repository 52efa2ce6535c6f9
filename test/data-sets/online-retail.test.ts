import { sameOfBoth } from './ask-both.ts'

const [FROM, TO] = ['2010-12-01', '2011-02-28']

sameOfBoth({
  large: true,
  folder: 'online_retail_2010-12_2011-02',
  config: 'test/retail/retail.config.ts',
  program: 'online_retail.py',
  to: TO,
  facts: 104_754,
  questions: [
    ['orders', FROM, TO],
    ['revenue', '2010-12-04', '2011-02-17', 'week', 'source'],
    ['average_order_value', '2010-12-07', '2011-02-20', 'month'],
    ['repeat_purchase_rate', FROM, TO],
    ['repeat_purchase_rate', '2010-12-03', '2011-01-26', 'week'],
    ['purchase_frequency', '2010-12-09', '2011-01-22'],
  ],
  more: [
    ['orders', FROM, TO, 'day', 'source'],
    ['revenue', FROM, TO],
    ['revenue', FROM, TO, 'day'],
    ['average_order_value', FROM, TO, 'day'],
    ['average_order_value', '2010-12-23', '2011-01-05', 'week'],
    ['refund_rate', '2011-01-07', '2011-02-11'],
    ['repeat_purchase_rate', FROM, TO, 'day'],
    ['repeat_purchase_rate_by_orders', '2010-12-11', '2011-02-03'],
    ['purchase_frequency', FROM, TO, 'week'],
    ['purchase_frequency', FROM, TO, 'month'],
    ['customer_lifetime_value', FROM, TO],
    ['active_customers', FROM, TO, 'week'],
  ],
})
