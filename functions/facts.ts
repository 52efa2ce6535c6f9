/**
 * The vocabulary: twelve kinds of row. Sources make them, metrics read them, and neither knows the other.
 *
 * Ingest adds to every row: `source` and `stream` (who said it), `record` (the vendor's record it came from),
 * `version` (when that record last changed, for streams read by modification time) and `run` (which attempt read it).
 * Money is in minor units of its currency. An absent column is unknown, never zero.
 */
import {
  type Column,
  count,
  currency,
  defineFact,
  flag,
  number,
  oneOf,
  optional,
  plainDay,
  scale,
  text,
  texts,
  time,
  who,
} from './kit/fact.ts'
import { channels, type Kind, kinds } from './kit/taxonomy.ts'

const parties = ['customer', 'company'] as const

/** Closed, but a config may add kinds: ingest checks the value, since only it knows the config. */
const kind: Column<Kind | (string & {}), false> = { ...text('what was done; one of the known kinds'), values: kinds }

/** Somebody did something with the business. Deliveries, sends, impressions, reach and views never are interactions. */
export const interactions = defineFact('interactions', 'Somebody did something with the business.', 'at', {
  at: time('when it happened'),
  channel: oneOf(channels, 'where it happened'),
  kind,
  count: optional(count('how many the row stands for; 1 if absent', 'count')),
  initiator: optional(oneOf(parties, 'who began it; absent = unknown')),
  actor: optional(oneOf(parties, 'who acted; the initiator if absent')),
  customer: optional(who('the person concerned')),
  id: optional(text("the vendor's id of the interaction")),
  content: optional(text('the post, send, form or page concerned')),
  agent: optional(who('the employee concerned')),
  deals: optional(texts('ids of the deals it belongs to')),
})

/** One row is one spell: somebody is present at T if a spell of role `customer` covers T. A return is not new. */
export const customers = defineFact('customers', 'A spell of being a customer (or only a contact).', 'since', {
  customer: who('the person'),
  since: time('when the spell began'),
  id: optional(text("the vendor's id of the spell; the record's key if absent")),
  role: optional(
    oneOf(['customer', 'contact'] as const, 'customer if absent; a contact is known but buys nothing yet'),
  ),
  left: optional(time('when the spell ended')),
  segment: optional(text('a group the company sorts its customers into')),
  origin: optional(text('where the customer came from')),
})

/** Rows with one id are lines of one order: amounts add up, the id counts once, on the day of its first line. */
export const orders = defineFact('orders', 'Money for goods or services, or its return.', 'at', {
  id: text("the vendor's id of the order"),
  at: time('when it was placed; for a refund, when the money went back'),
  amount: number(
    'paid by the customer: tax and shipping included, after discounts, before returns; 0 counts; negative for refunds',
    'minor units',
  ),
  currency: currency('the currency of the amount'),
  kind: oneOf(['order', 'renewal', 'refund'] as const, 'whether it is bought, renewed or returned'),
  customer: optional(who('who bought')),
  order: optional(text('of a refund: the order it returns')),
})

/** A cart or checkout somebody opened. */
export const carts = defineFact('carts', 'A cart or checkout somebody opened.', 'opened', {
  id: text("the vendor's id of the cart"),
  opened: time('when it was opened'),
  completed: optional(time('when it became an order; absent while it has not')),
  customer: optional(who('whose cart it is')),
})

/** One answer to one question. An edit changes the value, not the day. */
export const responses = defineFact('responses', 'An answer to a survey question, or a review.', 'at', {
  id: text("the vendor's id of the answer"),
  at: time('when it was first answered'),
  survey: oneOf(['nps', 'csat', 'ces', 'rating', 'recommendation'] as const, 'what was asked'),
  value: number('the answer', 'points on the scale'),
  scale: scale('lowest and highest possible answer'),
  customer: optional(who('who answered')),
  subject: optional(text('what was judged')),
})

/** A request for help, with the times at which its state changed. */
export const tickets = defineFact('tickets', 'A request for help.', 'opened', {
  id: text("the vendor's id of the ticket"),
  opened: time('when it was opened'),
  channel: oneOf(channels, 'where it was opened'),
  initiator: optional(oneOf(parties, 'who opened it; absent = unknown')),
  first_reply: optional(time('first public reply by a human, calendar time')),
  first_solved: optional(time('when it was first solved')),
  solved: optional(time('when it was last solved; absent while it is open')),
  reopens: optional(count('how often it was opened again')),
  contacts: optional(count('rounds of work by agents')),
  agent: optional(who('who handled it')),
  bot: optional(flag('true if no human took part')),
  customer: optional(who('who asked')),
})

/** A sale being made. Deals never become orders. */
export const deals = defineFact('deals', 'A sale being made.', 'opened', {
  id: text("the vendor's id of the deal"),
  opened: time('when it was opened'),
  closed: optional(time('when it was closed; absent unless it really is')),
  won: optional(flag('true if it was closed and won, false if closed and lost')),
  amount: optional(number('what it is worth', 'minor units')),
  currency: optional(currency('the currency of the amount')),
  customer: optional(who('the buyer')),
})

/** Figures a web analytics tool gives per day. Unique users are valid only over the span the tool gave. */
export const traffic = defineFact('traffic', "A web analytics tool's figures of one day.", 'day', {
  day: plainDay("the tool's own day"),
  group: optional(text("channel group or other split; absent = the tool's own total, which wins over sums")),
  span: optional(number('days the row covers, ending on its day: 1 if absent; 7 or 28 for uniques only', 'days', 1)),
  sessions: optional(count('visits')),
  engaged_sessions: optional(count("visits the tool calls engaged, by the tool's own rule")),
  users: optional(count('distinct visitors')),
  new_users: optional(count('distinct visitors never seen before')),
  views: optional(count('pages or screens seen')),
  seconds: optional(count('time spent in sessions', 'seconds')),
  carts: optional(count('carts opened')),
  checkouts: optional(count('checkouts begun')),
})

/** Counters of a post: so far (`lifetime`) or of one day (`day`); one basis per account and counter. */
export const posts = defineFact('posts', 'Counters of a post.', 'at', {
  id: text("the vendor's id of the post"),
  at: time('when the counters were read (lifetime), or the day they are of (day)'),
  channel: oneOf(channels, 'where it was posted'),
  account: optional(text('the account that posted; the source if absent')),
  basis: optional(oneOf(['lifetime', 'day'] as const, 'lifetime if absent')),
  published: optional(time('when it was published')),
  impressions: optional(count('times shown')),
  reach: optional(count('distinct people it was shown to')),
  likes: optional(count('likes and other reactions')),
  comments: optional(count('comments')),
  shares: optional(count('shares')),
  saves: optional(count('saves')),
  clicks: optional(count('clicks')),
})

/** A level, such as followers. Never summed over days. */
export const audience = defineFact('audience', 'How many follow, subscribe or belong.', 'at', {
  at: time('when it was read'),
  channel: oneOf(channels, 'where the audience is'),
  kind: text('followers, subscribers, members, …'),
  value: count('how many'),
  account: optional(text('the account they follow; the source if absent')),
})

/** One mailing to many; unique recipients so far. A send is no interaction. */
export const sends = defineFact('sends', 'One mailing to many recipients.', 'at', {
  id: text("the vendor's id of the send"),
  at: time('when it was sent'),
  channel: oneOf(channels, 'how it was sent'),
  sent: count('recipients it was sent to', 'recipients'),
  account: optional(text('the account that sent it')),
  delivered: optional(count('recipients it reached', 'recipients')),
  bounced: optional(count('recipients it did not reach', 'recipients')),
  opened: optional(count('distinct recipients who opened it', 'recipients')),
  clicked: optional(count('distinct recipients who clicked in it', 'recipients')),
  replied: optional(count('distinct recipients who replied', 'recipients')),
  unsubscribed: optional(count('distinct recipients who left the list through it', 'recipients')),
})

/** A customer brought somebody. */
export const referrals = defineFact('referrals', 'A customer brought somebody.', 'at', {
  id: text("the vendor's id of the referral"),
  at: time('when it was made'),
  customer: optional(who('who referred')),
  referred: optional(who('who was referred')),
  converted: optional(time('when the referred person became a customer')),
  order: optional(text('the order of the referred person')),
})

/** All facts, by name. */
export const facts = {
  interactions,
  customers,
  orders,
  carts,
  responses,
  tickets,
  deals,
  traffic,
  posts,
  audience,
  sends,
  referrals,
} as const

export type FactName = keyof typeof facts
