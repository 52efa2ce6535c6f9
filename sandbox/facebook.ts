import { addDays, bounds, type Day, dayOf, daysBetween, eachDay } from '../functions/kit/day.ts'
import type { PastPost } from './demo/past-posts.ts'
import {
  type Field,
  type GraphCall,
  GraphRefusal,
  type GraphServer,
  graphTime,
  link,
  paged,
  parseFields,
  selected,
  serveGraph,
  timeOf,
} from './graph-api.ts'
import type { Sandbox } from './serve.ts'

/** Lifetime counters of a post at some moment. */
export interface FacebookCounters {
  readonly reactions: number
  readonly comments: number
  readonly shares: number
  readonly views: number
  readonly viewers: number
  readonly clicks: number
}

export interface FacebookPost {
  readonly id: string
  /** RFC 3339. */
  readonly createdAt: string
  /** What its counters say now. */
  counters(now: Date): FacebookCounters
  /** @default - none that can be listed */
  readonly comments?: readonly FacebookComment[]
  /** It is listed, and gone when asked for. @default false */
  readonly gone?: boolean
}

export interface FacebookComment {
  readonly id: string
  /** RFC 3339. */
  readonly at: string
  /** Its author's id in the view of the Page; the Page's own for its own. @default - not shown to this app */
  readonly by?: string
  /** The Page has hidden it: only the Page sees it still. @default false */
  readonly hidden?: boolean
  readonly replies?: readonly Omit<FacebookComment, 'replies'>[]
}

export interface FacebookRating {
  readonly createdAt: string
  readonly recommends?: boolean
  /** Stars, as before 2018. */
  readonly rating?: number
  readonly reviewer?: string
  readonly story?: string
}

export interface FacebookConversation {
  readonly id: string
  /** The person's id in the view of the Page. */
  readonly person: string
  readonly messages: readonly { readonly id: string; readonly at: string; readonly byPage?: boolean }[]
}

/** What a Page measured on one of its days. A metric that is absent has no value. */
export type FacebookDay = Readonly<Partial<Record<(typeof pageMetrics)[number], number>>>

export interface FacebookPage extends Omit<GraphServer, 'tokens'> {
  readonly id: string
  /** The Page's own token. */
  readonly token: string
  /** Tokens of users and system users with a role on the Page. @default - none */
  readonly userTokens?: readonly string[]
  /** Tokens of users without a role on it. @default - none */
  readonly strangerTokens?: readonly string[]
  readonly followers: () => number
  /** By Pacific day. @default - a Page with fewer than 100 likes, which has no insights */
  readonly daily?: (day: Day) => FacebookDay | undefined
  /** Hours after its end until a day is measured. @default 0 */
  readonly delay?: number
  readonly posts?: readonly FacebookPost[]
  readonly ratings?: () => readonly FacebookRating[]
  readonly conversations?: readonly FacebookConversation[]
  /** Metrics that have died. @default - none */
  readonly dead?: readonly string[]
}

/** Alive in November 2026. */
export const pageMetrics = [
  'page_media_view',
  'page_total_media_view_unique',
  'page_post_engagements',
  'page_views_total',
  'page_follows',
  'page_daily_follows',
  'page_daily_follows_unique',
  'page_daily_unfollows_unique',
  'page_video_views',
  'page_total_actions',
] as const

const postMetrics: Record<string, (of: FacebookCounters) => number> = {
  post_media_view: ({ views }) => views,
  post_total_media_view_unique: ({ viewers }) => viewers,
  post_clicks: ({ clicks }) => clicks,
}

const ZONE = 'America/Los_Angeles'
const HOUR = 3_600_000
const DAY = 24 * HOUR
const HISTORY_DAYS = 730

/**
 * Plays a Facebook Page on loopback, as the references "Page Insights" (90 days a call, two years, `end_time` at Pacific
 * midnight after the day, links that move the window for ever, an invalid metric fails the whole call), "Page Published
 * Posts", "Page Ratings" (error 12 from v22.0), "Page Conversations" and "Rate Limits" describe.
 */
export function simulateFacebook(given: FacebookPage): Promise<Sandbox> {
  const { id, now, delay = 0, dead = [] } = given
  const { userTokens = [], strangerTokens = [] } = given
  const tokens = () => [given.token, ...userTokens, ...strangerTokens]

  function route(call: GraphCall): unknown {
    const [object, edge] = call.path
    const post = given.posts?.find((one) => one.id === object)
    if (object !== id && (!post || (post.gone && edge))) {
      const said = `Unsupported get request. Object with ID '${object}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`
      throw new GraphRefusal(100, said, { subcode: 33 })
    }
    if (!edge) return node(call)
    if (call.token !== given.token) {
      throw new GraphRefusal(190, '(#190) This method must be called with a Page Access Token', { subcode: 2069032 })
    }
    if (edge === 'insights' && !post) return insights(call)
    if (edge === 'published_posts') return publishedPosts(call)
    if (edge === 'comments' && post) return comments(post, call)
    if (edge === 'ratings') return ratings(call)
    if (edge === 'conversations') return conversations(call)
    throw new GraphRefusal(2500, `Unknown path components: /${edge}`)
  }

  function node({ query, token }: GraphCall): unknown {
    const access_token = strangerTokens.includes(token) ? undefined : given.token
    const page = {
      id,
      name: 'The Page',
      access_token,
      followers_count: given.followers(),
      fan_count: given.followers(),
    }
    return { ...selected(parseFields(query.get('fields') ?? 'id'), page), id }
  }

  function metricsOf(text: string, alive: readonly string[]): string[] {
    const metrics = text.split(',').filter(Boolean)
    if (metrics.length === 0) throw new GraphRefusal(3001, 'Invalid query', { subcode: 1504028 })
    if (metrics.some((metric) => !alive.includes(metric) || dead.includes(metric))) {
      throw new GraphRefusal(100, '(#100) The value must be a valid insights metric')
    }
    return metrics
  }

  function insights({ query, path, token, version }: GraphCall): unknown {
    const metrics = metricsOf(query.get('metric') ?? '', pageMetrics)
    const period = query.get('period') ?? 'day'
    if (period !== 'day') throw new Error(`the simulated Page knows no period ${period}`)
    const today = now().getTime()
    const until = timeOf(query.get('until')) ?? today
    const since = timeOf(query.get('since')) ?? until - 2 * DAY
    if (until - since > 90 * DAY) {
      const said = '(#100) There cannot be more than 90 days (7776000 s) between since and until'
      throw new GraphRefusal(100, said)
    }
    const oldest = addDays(dayOf(today, ZONE), -HISTORY_DAYS)
    const days = eachDay(dayOf(since, ZONE), dayOf(until, ZONE)).filter((day) => {
      const { start, end } = bounds(day, ZONE)
      return day >= oldest && start >= since && end <= until && end + delay * HOUR <= today
    })
    const data = metrics.flatMap((name) => {
      const values = days.flatMap((day) => {
        const value = given.daily?.(day)?.[name as keyof FacebookDay]
        return value === undefined ? [] : [{ value, end_time: graphTime(bounds(day, ZONE).end) }]
      })
      const described = { title: name, description: name, id: `${id}/insights/${name}/day` }
      return values.length === 0 ? [] : [{ name, period, values, ...described }]
    })
    const at = (from: number, to: number) =>
      link(version, path, query, { access_token: token, since: `${from / 1_000}`, until: `${to / 1_000}` })
    const span = until - since
    return { data, paging: { previous: at(since - span, since), next: at(until, until + span) } }
  }

  function publishedPosts(call: GraphCall): unknown {
    const { query } = call
    const [since, until] = [timeOf(query.get('since')) ?? 0, timeOf(query.get('until')) ?? now().getTime()]
    const shown = newestFirst(given.posts ?? [], now(), ({ createdAt }) => createdAt).filter(({ createdAt }) => {
      const created = Date.parse(createdAt)
      return created >= since && created <= until
    })
    const fields = parseFields(query.get('fields') ?? 'id,created_time')
    return paged(
      shown.map((post) => postFields(post, fields)),
      call,
    )
  }

  function postFields(post: FacebookPost, fields: readonly Field[]) {
    const counters = post.counters(now())
    const summary = (total: number, more: object) => (field: Field) => {
      const data = field.args.limit === '0' ? [] : [{ id: '1' }]
      return { data, ...(field.args.summary === 'true' && { summary: { total_count: total, ...more } }) }
    }
    const object = {
      id: post.id,
      created_time: graphTime(post.createdAt),
      // Not there while nobody shared it.
      shares: counters.shares > 0 ? { count: counters.shares } : undefined,
    }
    return selected(fields, object, {
      comments: summary(counters.comments, { order: 'chronological', can_comment: true }),
      reactions: summary(counters.reactions, { viewer_reaction: 'NONE' }),
      insights: ({ args }) => {
        const metrics = metricsOf(args.metric ?? '', Object.keys(postMetrics))
        return {
          data: metrics.map((name) => ({
            name,
            period: 'lifetime',
            values: [{ value: postMetrics[name]!(counters) }],
            title: name,
            description: name,
            id: `${post.id}/insights/${name}/lifetime`,
          })),
        }
      },
    })
  }

  /** Top-level comments, oldest first, unless `filter` and `order` ask for others (reference "Object Comments"). */
  function comments(post: FacebookPost, call: GraphCall): unknown {
    const fields = parseFields(call.query.get('fields') ?? 'id,created_time,from')
    const all = (post.comments ?? []).flatMap(({ replies = [], ...one }) => [
      { ...one, parent: undefined },
      ...(call.query.get('filter') === 'stream' ? replies.map((reply) => ({ ...reply, parent: one.id })) : []),
    ])
    const rows = newestFirst(all, now(), ({ at }) => at)
    if (call.query.get('order') !== 'reverse_chronological') rows.reverse()
    return paged(
      rows.map((one) =>
        selected(
          fields,
          { id: one.id, created_time: graphTime(one.at), message: 'Lovely!', is_hidden: one.hidden ?? false },
          {
            from: ({ fields: inner }) =>
              one.by && selected(inner.length > 0 ? inner : parseFields('name,id'), { name: 'A Person', id: one.by }),
            parent: ({ fields: inner }) =>
              one.parent && selected(inner.length > 0 ? inner : parseFields('id'), { id: one.parent }),
          },
        ),
      ),
      call,
    )
  }

  function ratings(call: GraphCall): unknown {
    if (call.version >= 22)
      throw new GraphRefusal(12, '(#12) recommendation is deprecated for versions v22.0 and higher')
    const fields = parseFields(call.query.get('fields') ?? 'created_time,recommendation_type')
    const rows = newestFirst(given.ratings?.() ?? [], now(), ({ createdAt }) => createdAt).map((one) =>
      selected(fields, {
        created_time: graphTime(one.createdAt),
        has_rating: one.rating !== undefined,
        rating: one.rating,
        recommendation_type: one.recommends === undefined ? undefined : one.recommends ? 'positive' : 'negative',
        reviewer: one.reviewer && { name: 'A Person', id: one.reviewer },
        open_graph_story: one.story && { id: one.story },
      }),
    )
    return paged(rows, call)
  }

  function conversations(call: GraphCall): unknown {
    if (call.query.has('since')) throw new GraphRefusal(100, '(#100) since is no parameter of conversations')
    const fields = parseFields(call.query.get('fields') ?? 'id,updated_time')
    const all = (given.conversations ?? []).map((one) => {
      const messages = newestFirst(one.messages, now(), ({ at }) => at)
      return { ...one, messages, updated: messages[0]?.at ?? '' }
    })
    const rows = newestFirst(
      all.filter(({ updated }) => updated !== ''),
      now(),
      ({ updated }) => updated,
    ).map(({ id: thread, person, messages, updated }) =>
      selected(
        fields,
        { id: thread, updated_time: graphTime(updated) },
        {
          messages: ({ args, fields: inner }) => {
            const limit = Number(args.limit ?? 25)
            const us = { name: 'The Page', id }
            const them = { name: 'A Person', id: person }
            const data = messages.slice(0, limit).map((one) =>
              selected(inner, {
                id: one.id,
                created_time: graphTime(one.at),
                from: one.byPage ? us : them,
                to: { data: [one.byPage ? them : us] },
              }),
            )
            const next = link(call.version, [thread, 'messages'], new URLSearchParams(), {
              access_token: call.token,
              after: String(limit),
            })
            return { data, paging: { cursors: { after: 'x' }, ...(messages.length > limit && { next }) } }
          },
        },
      ),
    )
    return paged(rows, call)
  }

  return serveGraph({ ...given, tokens }, route)
}

function newestFirst<T>(rows: readonly T[], now: Date, at: (row: T) => string): T[] {
  const past = rows.filter((row) => Date.parse(at(row)) <= now.getTime())
  return past.sort((a, b) => Date.parse(at(b)) - Date.parse(at(a)))
}

/**
 * Of what a post gets in the end, the share it has by now: half in the first day, nearly all in a week. It grows when the
 * clock strikes, so that who asks twice in a minute hears the same.
 */
export function grown(createdAt: string, now: Date): number {
  const age = Math.floor(now.getTime() / HOUR) * HOUR - Date.parse(createdAt)
  return age <= 0 ? 0 : 1 - 2 ** (-age / DAY)
}

/** Stands for what the data does not hold: views per reaction, a view's repetitions, taps. Synthetic, never random. */
const VIEWS_PER_REACTION = 40
const VIEWS_PER_VIEWER = 1.3
const FOLLOWERS_AT_FIRST = 4_200

/**
 * A Page out of real posts: reactions, comments and shares are theirs, growing to the recorded totals as the post ages;
 * views, viewers, clicks, followers and taps are derived from them.
 */
export function demoFacebook(
  past: readonly PastPost[],
): Pick<FacebookPage, 'posts' | 'daily'> & { followersAt(now: Date): number } {
  const byDay = new Map<Day, number>()
  for (const { createdAt, reactions } of past) {
    const day = dayOf(Date.parse(createdAt), ZONE)
    byDay.set(day, (byDay.get(day) ?? 0) + reactions)
  }
  const first = [...byDay.keys()].sort()[0]
  const follows = (day: Day) => Math.round((byDay.get(day) ?? 0) / 25)
  /** Followers at the end of days, counted up once. */
  const totals = new Map<Day, number>()
  function total(day: Day): number | undefined {
    if (first === undefined || day < first) return undefined
    if (!totals.has(day)) {
      let count = FOLLOWERS_AT_FIRST
      for (const one of eachDay(first, addDays(first, Math.max(daysBetween(first, day), 0)))) {
        count += follows(one)
        totals.set(one, count)
      }
    }
    return totals.get(day)
  }
  return {
    posts: past.map(({ id, createdAt, reactions, comments, shares }) => ({
      id,
      createdAt,
      counters: (now) => {
        const share = grown(createdAt, now)
        const of = (end: number) => Math.floor(end * share)
        const views = of(120 + reactions * VIEWS_PER_REACTION)
        return {
          reactions: of(reactions),
          comments: of(comments),
          shares: of(shares),
          views,
          viewers: Math.floor(views / VIEWS_PER_VIEWER),
          clicks: Math.floor(views / 90),
        }
      },
    })),
    daily: (day) => {
      const count = total(day)
      if (count === undefined) return undefined
      const taps = Math.round((byDay.get(day) ?? 0) / 60)
      return { page_follows: count, page_daily_follows: follows(day), page_total_actions: taps }
    },
    followersAt: (now) => total(dayOf(now.getTime(), ZONE)) ?? FOLLOWERS_AT_FIRST,
  }
}
