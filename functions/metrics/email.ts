import { sends } from '../facts.ts'
import { ratio, sum } from '../kit/metric.ts'

const email = { channel: 'email' } as const
const rate = { unit: 'percent', per: 100, by: ['source'] } as const

export const deliveryRate = ratio({
  ...rate,
  id: 'delivery_rate',
  title: 'E-mail delivery rate',
  direction: 'up',
  definition: 'Of 100 recipients of the mailings sent in the window, how many were reached.',
  numerator: sum(sends, 'delivered', email),
  denominator: sum(sends, 'sent', email),
})

export const openRate = ratio({
  ...rate,
  id: 'open_rate',
  title: 'E-mail open rate',
  direction: 'up',
  definition:
    'Of 100 recipients reached by the mailings sent in the window, how many have opened them so far. Mail programs that load pictures by themselves count as opened.',
  numerator: sum(sends, 'opened', email),
  denominator: sum(sends, 'delivered', email),
})

export const clickRate = ratio({
  ...rate,
  id: 'click_rate',
  title: 'E-mail click rate',
  direction: 'up',
  definition: 'Of 100 recipients reached by the mailings sent in the window, how many have clicked in them so far.',
  numerator: sum(sends, 'clicked', email),
  denominator: sum(sends, 'delivered', email),
})

export const clickToOpenRate = ratio({
  ...rate,
  id: 'click_to_open_rate',
  title: 'E-mail click-to-open rate',
  direction: 'up',
  definition: 'Of 100 recipients who opened the mailings sent in the window, how many have clicked in them so far.',
  numerator: sum(sends, 'clicked', email),
  denominator: sum(sends, 'opened', email),
})

export const unsubscribeRate = ratio({
  ...rate,
  id: 'unsubscribe_rate',
  title: 'E-mail unsubscribe rate',
  direction: 'down',
  definition:
    'Of 100 recipients reached by the mailings sent in the window, how many have left the list through them so far.',
  numerator: sum(sends, 'unsubscribed', email),
  denominator: sum(sends, 'delivered', email),
})

export const emailResponseRate = ratio({
  ...rate,
  id: 'email_response_rate',
  title: 'E-mail response rate',
  direction: 'up',
  definition: 'Of 100 recipients reached by the mailings sent in the window, how many have replied so far.',
  numerator: sum(sends, 'replied', email),
  denominator: sum(sends, 'delivered', email),
})
