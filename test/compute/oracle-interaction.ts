import { classify } from '../../functions/kit/taxonomy.ts'
import { exact, inexact } from './exact.ts'
import type { Action } from './oracle-counters.ts'
import type { Known, Truth } from './oracle-facts.ts'
import type { Population } from './oracle-loyalty.ts'
import {
  both,
  distinct,
  type Expected,
  figure,
  inside,
  plusDays,
  rate,
  type Subject,
  sumOf,
  unknown,
  unknownRate,
  type Window,
} from './oracle-values.ts'

/** Points of one person (or of nobody known) on one day for one channel and kind of engagement. */
interface Earned {
  readonly channel: string
  readonly engagement: string
  readonly pillar: string
  /** In billionths. */
  readonly worth: bigint
}

type ClassOf = (action: Action, what: 'engagement' | 'pillar') => string

const channel = (one: { readonly channel: string }) => one.channel
const kind = (one: Action) => one.kind
const count = (list: readonly Action[]) => sumOf(list, (action) => action.count)
const people = (list: readonly Action[]) => distinct(list, ({ person }) => person)
const points = (list: readonly Earned[]) => inexact(list.reduce((sum, { worth }) => sum + worth, 0n))
const isContact = (...kinds: string[]) => {
  return (action: Action) => kinds.includes(action.kind)
}

/** Metrics of what people did. */
export function interactionMetrics({ truth, actions, has }: Known, population: Population): Subject {
  const classOf: ClassOf = ({ channel, kind }, what) =>
    truth.engagement[`${channel}.${kind}`]?.[what] ?? truth.engagement[kind]?.[what] ?? classify(channel, kind)[what]
  const engagement = (action: Action) => classOf(action, 'engagement')
  const pillar = (action: Action) => classOf(action, 'pillar')
  const hasActions = has('interactions', 'orders', 'responses', 'tickets', 'referrals', 'posts')
  const here = (day: string, window: Window) => {
    const within = inside(day, window)
    return actions.filter((action) => within(action.day))
  }
  const active = (day: string, window: Window) =>
    here(day, window).filter(({ actor, person }) => actor === 'customer' && person !== undefined)
  const ofActions = (say: (day: string, window: Window) => Expected) => (hasActions ? say : unknown)
  const rateOfActions = (say: (day: string, window: Window) => Expected) => (hasActions ? say : unknownRate)
  /** Divides by how many customers there are; breakdowns divide by all of them. */
  const perCustomer =
    <T>(
      list: (day: string, window: Window) => readonly T[],
      of: (list: readonly T[]) => number,
      by: Readonly<Record<string, (one: T) => string>>,
      per = 1,
    ) =>
    (day: string, window: Window): Expected => {
      const size = population.size(day)
      if (!hasActions || size === undefined) return unknownRate()
      const whole = Object.fromEntries(Object.entries(by).map(([name, split]) => [name, [split, null] as const]))
      return rate({ above: list(day, window), top: of, below: [], bottom: () => size, per, by: whole })
    }
  const earned = (day: string, window: Window) => earnedBy(here(day, window), truth, classOf)
  const earnedIn = { channel, engagement: (one: Earned) => one.engagement, pillar: (one: Earned) => one.pillar }
  const byChannel = { channel: both(channel) }
  const begun = (list: readonly Action[], by: string) =>
    rate({
      above: list.filter(({ initiator }) => initiator === by),
      top: count,
      below: list.filter(({ initiator }) => initiator !== undefined),
      bottom: count,
      per: 100,
      by: byChannel,
    })

  return {
    interactions: ofActions((day, window) =>
      figure(here(day, window), count, { channel, kind, engagement, pillar, source: ({ source }) => source }),
    ),
    customer_interaction_rate: perCustomer(here, count, { channel, kind, engagement, pillar }, 100),
    active_customers: ofActions((day, window) => figure(active(day, window), people, { channel, engagement })),
    active_customer_share: (day, window) => {
      if (!has('customers')) return unknownRate()
      const present = population.present(day)
      const those = () => active(day, window).filter(({ person }) => present.has(person!))
      return perCustomer(those, people, { channel, engagement }, 100)(day, window)
    },
    interactions_per_active_customer: rateOfActions((day, window) =>
      rate({
        above: here(day, window).filter(({ person }) => person !== undefined),
        top: count,
        below: active(day, window),
        bottom: people,
        by: byChannel,
      }),
    ),
    engagement_points: ofActions((day, window) => figure(earned(day, window), points, earnedIn)),
    engagement_points_per_customer: perCustomer(earned, points, earnedIn),
    customer_initiated_share: rateOfActions((day, window) => begun(here(day, window), 'customer')),
    proactive_contact_share: rateOfActions((day, window) =>
      begun(here(day, window).filter(isContact('ticket', 'chat', 'call', 'message', 'meeting')), 'company'),
    ),
    contact_frequency: rateOfActions((day, window) => {
      const contacts = active(day, window).filter(isContact('ticket', 'chat', 'call', 'message'))
      return rate({ above: contacts, top: count, below: contacts, bottom: people, by: byChannel })
    }),
    stickiness: rateOfActions((day) => {
      const days = Array.from({ length: 28 }, (_, i) => plusDays(day, -i))
      const daily = days.map((one) => people(active(one, 1))).reduce((sum, n) => sum + n, 0)
      return rate({ above: [], top: () => daily / 28, below: active(day, 28), bottom: people, per: 100 })
    }),
    community_posts: ofActions((day, window) => {
      const posts = here(day, window).filter(isContact('topic', 'post', 'reply'))
      return figure(
        posts.filter((one) => one.channel === 'community'),
        count,
        { kind },
      )
    }),
    community_active_members: ofActions((day, window) =>
      figure(
        active(day, window).filter((one) => one.channel === 'community'),
        people,
        { kind },
      ),
    ),
    social_interactions: ofActions((day, window) => {
      const social = here(day, window).filter((one) => one.channel === 'social')
      return figure(social.filter(isContact('like', 'comment', 'share', 'save', 'click')), count, {
        channel,
        kind,
        account: ({ account }) => account,
        source: ({ source }) => source,
      })
    }),
  }
}

/**
 * Points by person, day and where they come from. What one person earned on one day beyond the cap is taken from all of
 * it in proportion; the greatest share takes what rounding leaves.
 */
function earnedBy(actions: readonly Action[], { weights, pointsCap }: Truth, classOf: ClassOf): Earned[] {
  const weightOf = ({ channel, kind }: Action) => weights[`${channel}.${kind}`] ?? weights[kind] ?? 0
  const worthOf = (action: Action) => (exact(action.count, 3) * exact(weightOf(action), 6)) / 10n ** 9n
  const cells = actions.map((action) => ({
    day: action.day,
    person: action.person,
    channel: action.channel,
    engagement: classOf(action, 'engagement'),
    pillar: classOf(action, 'pillar'),
    worth: worthOf(action),
  }))
  if (pointsCap === null) return cells
  const unknownPersons = cells.filter(({ person }) => person === undefined)
  const known = cells.filter(({ person }) => person !== undefined)
  const capped = [...Map.groupBy(known, ({ day, person }) => `${day} ${person}`).values()].flatMap((mine) => {
    const total = mine.reduce((sum, { worth }) => sum + worth, 0n)
    const cap = exact(pointsCap)
    if (total <= cap) return mine
    const where = ({ channel, engagement, pillar }: Earned) => `${channel} ${engagement} ${pillar}`
    const parts = [...Map.groupBy(mine, where).values()].map((same) => {
      const worth = same.reduce((sum, one) => sum + one.worth, 0n)
      return { ...same[0]!, worth }
    })
    parts.sort((a, b) => (a.worth === b.worth ? (where(a) < where(b) ? -1 : 1) : a.worth > b.worth ? -1 : 1))
    const scaled = parts.map((one) => ({ ...one, worth: divided(one.worth * cap, total) }))
    const rest = scaled.slice(1).reduce((sum, { worth }) => sum - worth, cap)
    return [{ ...scaled[0]!, worth: rest }, ...scaled.slice(1)]
  })
  return [...unknownPersons, ...capped]
}

/** Rounded half away from zero; `by` is above 0. */
function divided(value: bigint, by: bigint): bigint {
  const [size, sign] = value < 0n ? [-value, -1n] : [value, 1n]
  return (sign * (size * 2n + by)) / (by * 2n)
}
