import type { Row } from './oracle-counters.ts'
import type { Known } from './oracle-facts.ts'
import {
  both,
  type Expected,
  figureOfSome,
  inside,
  plusDays,
  rate,
  type Subject,
  sumOf,
  unknown,
  unknownRate,
  type Window,
} from './oracle-values.ts'

interface Reading {
  readonly source: string
  readonly account: string
  readonly channel: string
  readonly kind: string
  readonly day: string
  readonly at: string
  readonly value: number
}

/** What is known of a post by the end of a day. */
interface State {
  readonly source: string
  readonly account: string
  readonly channel: string
  readonly id: string
  readonly at: string
  readonly day: string
  readonly published: string
  readonly reactions: number | undefined
  readonly reach: number | undefined
  readonly impressions: number | undefined
}

const COUNTERS = ['likes', 'comments', 'shares', 'saves', 'clicks']
const LEVELS = ['followers', 'subscribers', 'members']

/** Newest last. */
const byAge = (a: { day: string; at: string }, b: { day: string; at: string }) => {
  const [one, other] = [`${a.day} ${a.at}`, `${b.day} ${b.at}`]
  return one < other ? -1 : one > other ? 1 : 0
}

/** Metrics of posts and of who follows them. */
export function socialMetrics({ rows, has, dayOf }: Known): Subject {
  const readings = rows('audience')
    .filter(({ kind }) => LEVELS.includes(String(kind)))
    .map(({ source, account, channel, kind, at, value }): Reading => {
      const what = { account: String(account ?? source), channel: String(channel), kind: String(kind) }
      return { source, ...what, day: dayOf(at), at: String(at), value: Number(value) }
    })
    .sort((a, b) => byAge(a, b) || a.value - b.value)
  /** The newest reading of each, unless it is more than 7 days old. */
  const levels = (day: string): Reading[] => {
    const so = readings.filter((one) => one.day <= day)
    const newest = new Map(so.map((one) => [`${one.source} ${one.account} ${one.channel} ${one.kind}`, one]))
    return [...newest.values()].filter((one) => one.day >= plusDays(day, -7))
  }
  const states = statesOf(rows('posts'), dayOf)
  const followersThen = ({ source, account, published }: State): number | undefined => {
    const mine = levels(published).filter((one) => one.source === source && one.account === account)
    return mine.length === 0 ? undefined : sumOf(mine, ({ value }) => value)
  }
  /** Posts published in the window, by their newest state that has both. */
  const engagement = (of: (state: State) => number | undefined, isKnown: boolean) => {
    const dated = states
      .map((state) => ({ ...state, below: of(state) }))
      .filter(({ below, reactions }) => below !== undefined && reactions !== undefined)
    return (day: string, window: Window): Expected => {
      if (!isKnown) return unknownRate()
      const within = inside(day, window)
      const so = dated.filter((state) => state.day <= day && within(state.published)).sort(byAge)
      const posts = [...new Map(so.map((state) => [`${state.source} ${state.account} ${state.id}`, state])).values()]
      const by = {
        channel: both((one: State) => one.channel),
        account: both((one: State) => one.account),
        source: both((one: State) => one.source),
      }
      const top = (list: readonly State[]) => sumOf(list, ({ reactions }) => reactions!)
      const bottom = (list: readonly (typeof posts)[number][]) => sumOf(list, ({ below }) => below!)
      return rate({ above: posts, top, below: posts, bottom, per: 100, by })
    }
  }
  return {
    followers: has('audience')
      ? (day) =>
          figureOfSome(levels(day), (list) => sumOf(list, ({ value }) => value), {
            channel: ({ channel }) => channel,
            account: ({ account }) => account,
          })
      : unknown,
    engagement_rate_by_reach: engagement(({ reach }) => reach, has('posts')),
    engagement_rate_by_impressions: engagement(({ impressions }) => impressions, has('posts')),
    engagement_rate_by_followers: engagement(followersThen, has('posts') && has('audience')),
  }
}

/** Readings of lifetime counters as they are; counters of single days added up to each day, without reach. */
function statesOf(rows: readonly Row[], dayOf: Known['dayOf']): State[] {
  const published = rows.filter((row) => row.published !== undefined)
  const state = (row: Row, values: Readonly<Record<string, number | undefined>>): State => {
    const counters = COUNTERS.map((name) => values[name]).filter((value) => value !== undefined)
    return {
      source: row.source,
      account: String(row.account ?? row.source),
      channel: String(row.channel),
      id: row.id,
      at: String(row.at),
      day: dayOf(row.at),
      published: dayOf(row.published),
      reactions: counters.length === 0 ? undefined : counters.reduce((sum, value) => sum + value, 0),
      reach: values.reach,
      impressions: values.impressions,
    }
  }
  const lifetime = published
    .filter(({ basis }) => (basis ?? 'lifetime') === 'lifetime')
    .map((row) => state(row, row as Readonly<Record<string, number | undefined>>))
  const daily = published.filter(({ basis }) => basis === 'day')
  const added = daily.map((row) => {
    const same = daily.filter(
      (one) =>
        one.source === row.source && one.account === row.account && one.id === row.id && dayOf(one.at) <= dayOf(row.at),
    )
    const newest = new Map(
      same.sort((a, b) => (String(a.at) < String(b.at) ? -1 : 1)).map((one) => [dayOf(one.at), one]),
    )
    const sums = [...COUNTERS, 'impressions'].map((name): [string, number | undefined] => {
      const values = [...newest.values()].map((one) => one[name]).filter((value) => value !== undefined)
      return [name, values.length === 0 ? undefined : values.reduce<number>((sum, value) => sum + Number(value), 0)]
    })
    return state(row, Object.fromEntries(sums))
  })
  return [...lifetime, ...added]
}
