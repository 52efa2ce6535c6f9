import { addDays, bounds, type Day, dayOf, eachDay } from '../functions/kit/day.ts'
import type { PastPost } from './demo/past-posts.ts'
import { grown } from './facebook.ts'
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

export interface InstagramComment {
  readonly id: string
  readonly at: string
  /** User name; the account's own for what the company wrote. */
  readonly by: string
  readonly replies?: readonly Omit<InstagramComment, 'replies'>[]
}

export interface InstagramMedia {
  readonly id: string
  readonly createdAt: string
  /** @default 'FEED' */
  readonly product?: 'FEED' | 'REELS'
  /** @default - hidden by the owner */
  readonly likes?: number
  /** Lifetime metrics; one that is absent has no data. */
  readonly insights?: Readonly<Partial<Record<(typeof mediaMetrics)[number], number>>>
  /** Why there are no insights. @default - there are */
  readonly without?: 'before_professional' | 'few_viewers' | 'permission'
  readonly comments?: readonly InstagramComment[]
}

export interface InstagramAccount extends Omit<GraphServer, 'tokens'> {
  readonly id: string
  readonly username: string
  /** The token that is good at first. With Instagram Login it can be refreshed. */
  readonly token: string
  /** When the token was made; it lives for 60 days. @default - it never runs out */
  readonly tokenMadeAt?: string
  readonly followers: () => number
  /** Totals by Pacific day. A metric that is absent has no data. */
  readonly daily?: (day: Day) => Readonly<Partial<Record<(typeof userMetrics)[number], number>>> | undefined
  readonly media?: readonly InstagramMedia[]
  /** Media of others that the account is tagged in. */
  readonly tags?: readonly { readonly id: string; readonly at: string; readonly by: string }[]
  /** Metrics that have died. @default - none */
  readonly dead?: readonly string[]
}

export interface InstagramSandbox extends Sandbox {
  /** The token that is good now. */
  token(): string
  /** Ends every token. */
  revoke(): void
}

/** Of an account, as `total_value`. */
export const userMetrics = [
  'views',
  'reach',
  'accounts_engaged',
  'total_interactions',
  'likes',
  'comments',
  'shares',
  'saves',
  'replies',
  'profile_links_taps',
  'website_clicks',
  'follows_and_unfollows',
] as const

/** Of posts and reels alike. */
export const mediaMetrics = ['views', 'reach', 'saved', 'shares', 'likes', 'comments', 'total_interactions'] as const

const ZONE = 'America/Los_Angeles'
const DAY = 86_400_000
const HISTORY_DAYS = 730
const TOKEN_DAYS = 60

/**
 * Plays an Instagram professional account on loopback, as the references "Instagram Account Insights" (30 days a call,
 * `follows_and_unfollows` only with its breakdown, none below 100 followers, empty sets for what is missing), "Instagram
 * Media Insights" (errors 10 and 2108006), "IG Media / Comments" (newest first, 50, replies by expansion), "IG User /
 * Tags" and "Refresh Access Token" (60 days, not before 24 hours) describe.
 */
export async function simulateInstagram(given: InstagramAccount): Promise<InstagramSandbox> {
  const { id, now, dead = [] } = given
  let token: { value: string; madeAt: number } | undefined = {
    value: given.token,
    madeAt: given.tokenMadeAt ? Date.parse(given.tokenMadeAt) : Number.POSITIVE_INFINITY,
  }
  let refreshes = 0
  const isGood = () => token !== undefined && now().getTime() - token.madeAt < TOKEN_DAYS * DAY

  function route(call: GraphCall): unknown {
    const [object, edge] = call.path
    if (object === 'refresh_access_token') return refresh(call)
    const media = given.media?.find((one) => one.id === object && Date.parse(one.createdAt) <= now().getTime())
    if (object === id) {
      if (!edge) return { ...selected(parseFields(call.query.get('fields') ?? 'id'), account()), id }
      if (edge === 'insights') return insights(call)
      if (edge === 'media') return listMedia(call)
      if (edge === 'tags') return tags(call)
    } else if (media) {
      if (edge === 'insights') return mediaInsights(media, call)
      if (edge === 'comments') return comments(media, call)
    } else {
      const said = `Unsupported get request. Object with ID '${object}' does not exist`
      throw new GraphRefusal(100, said, { subcode: 33 })
    }
    throw new GraphRefusal(2500, `Unknown path components: /${edge}`)
  }

  const account = () => ({
    id,
    username: given.username,
    followers_count: given.followers(),
    media_count: given.media?.length ?? 0,
  })

  function refresh({ query, token: shown }: GraphCall): unknown {
    if (query.get('grant_type') !== 'ig_refresh_token') throw new GraphRefusal(100, 'Invalid grant_type')
    if (!isGood() || shown !== token!.value) throw new GraphRefusal(190, 'Error validating access token')
    if (now().getTime() - token!.madeAt < DAY) throw new GraphRefusal(10, 'Token must be at least 24 hours old')
    refreshes++
    token = { value: `${given.token}-${refreshes}`, madeAt: now().getTime() }
    return { access_token: token.value, token_type: 'bearer', expires_in: TOKEN_DAYS * 86_400 }
  }

  function metricsOf(query: URLSearchParams, alive: readonly string[]): string[] {
    const metrics = (query.get('metric') ?? '').split(',').filter(Boolean)
    const wrong = metrics.findIndex((metric) => !alive.includes(metric) || dead.includes(metric))
    if (metrics.length === 0 || wrong >= 0) {
      const said = `(#100) metric[${Math.max(wrong, 0)}] must be one of the following values: ${alive.join(', ')}`
      throw new GraphRefusal(100, said)
    }
    return metrics
  }

  function insights({ query }: GraphCall): unknown {
    const metrics = metricsOf(query, userMetrics)
    const breakdown = query.get('breakdown')
    if (query.get('metric_type') !== 'total_value') {
      throw new GraphRefusal(
        100,
        `(#100) The following metrics (${metrics.join()}) should be specified with metric_type=total_value`,
      )
    }
    const alone = metrics.every((metric) => metric === 'follows_and_unfollows' || metric === 'reach')
    if (breakdown === 'follow_type' ? !alone : metrics.includes('follows_and_unfollows')) {
      throw new GraphRefusal(100, '(#100) Incompatible breakdowns (follow_type) for the metrics')
    }
    const [since, until] = [timeOf(query.get('since')), timeOf(query.get('until'))]
    if (since === undefined || until === undefined || until - since > 30 * DAY + 3_600_000) {
      throw new GraphRefusal(100, '(#100) There cannot be more than 30 days (2592000 s) between since and until')
    }
    const today = now().getTime()
    const oldest = addDays(dayOf(today, ZONE), -HISTORY_DAYS)
    const days = eachDay(dayOf(since, ZONE), dayOf(until, ZONE)).filter((day) => {
      const { start, end } = bounds(day, ZONE)
      return day >= oldest && start >= since && end <= until && end <= today
    })
    const data = metrics.flatMap((name) => {
      if (name === 'follows_and_unfollows' && given.followers() < 100) return []
      const found = days.map((day) => given.daily?.(day)?.[name as (typeof userMetrics)[number]])
      const values = found.filter((value) => value !== undefined)
      if (values.length === 0 && !breakdown) return []
      const sum = values.reduce((total, value) => total + value, 0)
      const described = { title: name, description: name, id: `${id}/insights/${name}/day` }
      const types = values.length === 0 ? NOT_COUNTED : byType(sum)
      return [{ name, period: 'day', total_value: breakdown ? { breakdowns: [types] } : { value: sum }, ...described }]
    })
    return { data }
  }

  function listMedia(call: GraphCall): unknown {
    const { query } = call
    const [since, until] = [timeOf(query.get('since')) ?? 0, timeOf(query.get('until')) ?? Number.POSITIVE_INFINITY]
    const fields = parseFields(query.get('fields') ?? 'id')
    const rows = newestFirst(given.media ?? [], ({ createdAt }) => createdAt).filter(({ createdAt }) => {
      const created = Date.parse(createdAt)
      return created >= since && created <= until
    })
    return paged(
      rows.map((one) =>
        selected(
          fields,
          {
            id: one.id,
            timestamp: graphTime(one.createdAt),
            media_type: one.product === 'REELS' ? 'VIDEO' : 'IMAGE',
            media_product_type: one.product ?? 'FEED',
            like_count: one.likes,
            comments_count: past(one.comments).reduce((sum, { replies }) => sum + 1 + past(replies).length, 0),
            permalink: `https://www.instagram.com/p/${one.id}/`,
          },
          {
            comments: ({ args, fields: inner }) => ({
              data: past(one.comments)
                .slice(0, Number(args.limit ?? 25))
                .map((each) => comment(each, inner, undefined, call)),
            }),
          },
        ),
      ),
      call,
    )
  }

  function mediaInsights(media: InstagramMedia, { query }: GraphCall): unknown {
    if (media.without === 'before_professional') {
      throw new GraphRefusal(100, 'Invalid parameter', { subcode: 2108006 })
    }
    if (media.without === 'few_viewers') {
      throw new GraphRefusal(10, '(#10) Not enough viewers for the media to show insights', { status: 403 })
    }
    if (media.without === 'permission') {
      throw new GraphRefusal(10, '(#10) Application does not have permission for this action', { status: 403 })
    }
    const data = metricsOf(query, mediaMetrics).flatMap((name) => {
      const value = media.insights?.[name as (typeof mediaMetrics)[number]]
      const described = { title: name, description: name, id: `${media.id}/insights/${name}/lifetime` }
      return value === undefined ? [] : [{ name, period: 'lifetime', values: [{ value }], ...described }]
    })
    return { data }
  }

  function comments(media: InstagramMedia, call: GraphCall): unknown {
    const fields = parseFields(call.query.get('fields') ?? 'id,timestamp,text')
    const rows = newestFirst(past(media.comments), ({ at }) => at)
    return paged(
      rows.map((one) => comment(one, fields, undefined, call)),
      call,
      50,
    )
  }

  function comment(
    one: InstagramComment,
    fields: readonly Field[],
    parent: string | undefined,
    call: GraphCall,
  ): Record<string, unknown> {
    const isOwn = one.by === given.username
    const object = {
      id: one.id,
      timestamp: graphTime(one.at),
      text: 'Lovely!',
      username: one.by,
      from: { id: isOwn ? id : `igsid-${one.by}`, username: one.by },
      user: isOwn ? { id } : undefined,
      parent_id: parent,
    }
    return selected(fields, object, {
      replies: ({ fields: inner }) => {
        const replies = past(one.replies)
        if (replies.length === 0) return undefined
        const next = link(call.version, [one.id, 'replies'], new URLSearchParams(), {
          access_token: call.token,
          after: '25',
        })
        const data = replies.slice(0, 25).map((reply) => comment(reply, inner, one.id, call))
        return { data, paging: { cursors: { after: 'x' }, ...(replies.length > 25 && { next }) } }
      },
    })
  }

  function tags(call: GraphCall): unknown {
    const fields = parseFields(call.query.get('fields') ?? 'id')
    const rows = newestFirst(past(given.tags), ({ at }) => at).map((one) =>
      selected(fields, { id: one.id, timestamp: graphTime(one.at), username: one.by }),
    )
    return paged(rows, call)
  }

  const past = <T extends { readonly at: string }>(rows: readonly T[] = []) =>
    rows.filter(({ at }) => Date.parse(at) <= now().getTime())

  function newestFirst<T>(rows: readonly T[], at: (row: T) => string): T[] {
    return rows
      .filter((row) => Date.parse(at(row)) <= now().getTime())
      .sort((a, b) => Date.parse(at(b)) - Date.parse(at(a)))
  }

  const server = await serveGraph({ ...given, tokens: () => (isGood() ? [token!.value] : []) }, route)
  return {
    ...server,
    token: () => token?.value ?? '',
    revoke: () => {
      token = undefined
    },
  }
}

/** Of a day that is not counted yet, there are no results. */
const NOT_COUNTED = { dimension_keys: ['follow_type'] }

/** Followers gained; as many as a fifth of them went. */
const byType = (gained: number) => ({
  dimension_keys: ['follow_type'],
  results: [
    { dimension_values: ['FOLLOWER'], value: gained },
    { dimension_values: ['NON_FOLLOWER'], value: Math.floor(gained / 5) },
  ],
})

/** Stands for what the data does not hold. Synthetic, never random. */
const VIEWS_PER_LIKE = 30
const VIEWS_PER_VIEWER = 1.4
const FOLLOWERS_AT_FIRST = 2_600
/** Of a post's comments, those shown; the data knows no people, so they are numbered ones. */
const COMMENTS_SHARE = 10
const PEOPLE = 400
const HOUR = 3_600_000

/**
 * An account that shows every second of real posts as well: counters are half of theirs and grow as the media age;
 * comments, their authors, views, viewers, saves, followers and taps are derived from them.
 */
export function demoInstagram(
  past: readonly PastPost[],
  now: () => Date,
): Pick<InstagramAccount, 'media' | 'daily' | 'followers'> {
  const shown = past.filter((_, i) => i % 2 === 0)
  const byDay = new Map<Day, number>()
  for (const { createdAt, reactions } of shown) {
    const day = dayOf(Date.parse(createdAt), ZONE)
    byDay.set(day, (byDay.get(day) ?? 0) + reactions)
  }
  const gained = (day: Day) => Math.round((byDay.get(day) ?? 0) / 30)
  return {
    media: shown.map((post, n) => {
      const created = Date.parse(post.createdAt)
      const of = (end: number) => Math.floor(end * grown(post.createdAt, now()))
      const views = () => of(90 + post.reactions * VIEWS_PER_LIKE)
      return {
        id: `18${post.id}`,
        createdAt: post.createdAt,
        get likes() {
          return of(post.reactions / 2)
        },
        get insights() {
          return {
            views: views(),
            reach: Math.floor(views() / VIEWS_PER_VIEWER),
            saved: of(post.reactions / 20),
            shares: of(post.shares / 2),
          }
        },
        comments: Array.from({ length: Math.ceil(post.comments / COMMENTS_SHARE) }, (_, i) => ({
          id: `18${post.id}${i}`,
          at: new Date(created + (i + 1) * HOUR).toISOString(),
          by: `person${(n * 7 + i * 13) % PEOPLE}`,
        })),
      }
    }),
    daily: (day) => ({
      follows_and_unfollows: gained(day),
      profile_links_taps: Math.round((byDay.get(day) ?? 0) / 70),
      website_clicks: Math.round((byDay.get(day) ?? 0) / 50),
      replies: Math.round((byDay.get(day) ?? 0) / 90),
    }),
    followers: () => {
      const today = dayOf(now().getTime(), ZONE)
      return [...byDay.keys()].filter((day) => day < today).reduce((sum, day) => sum + gained(day), FOLLOWERS_AT_FIRST)
    },
  }
}
