import * as z from 'zod'
import { audience, interactions, posts } from '../facts.ts'
import { bounds, dayOf, eachDay } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { TidemarkError } from '../kit/errors.ts'
import {
  askLiving,
  GraphRows,
  GraphTime,
  graphApi,
  graphList,
  graphNotes,
  graphPage,
  META_ZONE,
  mayFollow,
  metaSince,
  nextPage,
  openGraph,
  Paging,
} from '../kit/graph-api.ts'
import { graphComments } from '../kit/graph-comments.ts'
import { graphPermissions, type WantedPermission } from '../kit/graph-permissions.ts'
import { BEFORE_PROFESSIONAL, GONE, isPermission, refusal } from '../kit/graph-refusal.ts'
import type { Http } from '../kit/http.ts'
import { unlessRefused } from '../kit/missing.ts'
import type { Page } from '../kit/page.ts'
import { person } from '../kit/person.ts'
import { readPage } from '../kit/read-page.ts'
import type { Note, Probed, Probing, Stream } from '../kit/source.ts'

const Options = z.strictObject({
  /** Id of the professional account. */
  account: z.string().regex(/^\d+$/, "expected the account's id, digits only"),
  /** Which login made the token; decides the host. @default 'facebook' */
  login: z.enum(['facebook', 'instagram']).default('facebook'),
  /** Version of the Graph API; each lives for about two years. @default 26 */
  version: z.int().min(1).default(26),
  /** Read comments one by one, with their authors; needs the permission to manage comments. @default false */
  comments: z.boolean().default(false),
  /** Read media that others tagged the account in; needs the permission to manage comments. @default false */
  mentions: z.boolean().default(false),
  /** @default - the host of the login: graph.facebook.com or graph.instagram.com */
  baseUrl: z.url().optional(),
})
type Options = z.output<typeof Options>

const Measured = z.object({ name: z.string(), day: z.string(), value: z.number() })

const Count = z.int().min(0).nullish()
const Media = z.object({
  id: z.string(),
  timestamp: GraphTime,
  /** Absent where its owner hides it. */
  like_count: Count,
  comments_count: Count,
  insights: z.record(z.string(), z.number()),
  /** The day it was read for. */
  day: z.string(),
})

const Followers = z.object({ followers_count: z.int(), day: z.string() })

const Author = z.object({ id: z.string().nullish(), username: z.string().nullish() }).nullish()
const Comment = z.object({
  id: z.string(),
  timestamp: GraphTime,
  from: Author,
  username: z.string().nullish(),
  /** "Only returned if the app user created the comment": it is the company's own. */
  user: z.object({ id: z.string() }).nullish(),
  parent_id: z.string().nullish(),
  media: z.string(),
})

const Tagged = z.object({ id: z.string(), timestamp: GraphTime, username: z.string().nullish() })

/** What `pages` itself reads of answers. */
const Listed = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      timestamp: GraphTime,
      media_type: z.string().nullish(),
      media_product_type: z.string().nullish(),
    }),
  ),
  paging: Paging,
})
const Commented = z.object({ data: z.array(z.object({ id: z.string(), comments_count: Count })), paging: Paging })
const Dated = z.object({
  data: z.array(z.object({ timestamp: GraphTime, replies: z.object({ paging: Paging }).nullish() })),
  paging: Paging,
})
/** Without results while the day is not counted yet. */
const Breakdown = z.object({
  results: z.array(z.object({ dimension_values: z.array(z.string()), value: z.number() })).default([]),
})
const Values = z.array(z.looseObject({ value: z.unknown().optional(), end_time: GraphTime.optional() })).default([])
const Insights = z.object({
  data: z.array(
    z.object({
      name: z.string(),
      values: Values,
      total_value: z.object({ value: z.unknown().optional(), breakdowns: z.array(Breakdown).default([]) }).nullish(),
    }),
  ),
})

/** How long a media's counters are followed, and its comments read. */
const MEDIA_DAYS = 28
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Of media, where only their comments are wanted. */
const LIST_LIMIT = 25
/** "Returns a maximum of 50 comments per query" (reference "IG Media / Comments", Limitations). */
const COMMENT_LIMIT = 50

/** Answers only by `follow_type`. */
const FOLLOWS = 'follows_and_unfollows'
/** Counts of a day that no counter of a media holds: who they are of, and what they stand for. */
const acts: Record<string, 'follow' | 'action' | 'reply'> = {
  [FOLLOWS]: 'follow',
  // The same as a time series: new followers of each day.
  follower_count: 'follow',
  profile_links_taps: 'action',
  website_clicks: 'action',
  // To stories, whose counters are gone after a day.
  replies: 'reply',
}

/** One total per call, hence a call per day and group: the breakdown goes with one metric alone. */
const groups = [
  { metrics: ['profile_links_taps', 'website_clicks', 'replies'], breakdown: undefined },
  { metrics: [FOLLOWS], breakdown: 'follow_type' },
]

const nothing = async () => ({ bytes: new TextEncoder().encode('{"data":[]}'), body: { data: [] }, notes: [] })

const activity: Stream<Options, z.output<typeof Measured>> = {
  kind: 'report',
  facts: ['interactions'],
  record: Measured,
  // "Data used to calculate metrics may be delayed up to 48 hours".
  settles: 2,
  repull: 3,
  zone: META_ZONE,
  since: metaSince,
  async *pages({ http, options, from, to, resume }) {
    const graph = openGraph(http, options.version)
    const all = eachDay(from, to).flatMap((day) => groups.map((group) => ({ ...group, day })))
    const living = groups.map(({ metrics }): readonly string[] => metrics)
    for (let at = Number(resume ?? 0); at < all.length; at++) {
      const { day, breakdown } = all[at]!
      const { start, end } = bounds(day, META_ZONE)
      const when = { period: 'day', metric_type: 'total_value', breakdown, since: start / 1_000, until: end / 1_000 }
      const ask = async (asked: readonly string[]) => {
        const answer = await graph.get(`${options.account}/insights`, { metric: asked.join(','), ...when }, Insights)
        const names = answer.body.data.map(({ name }) => name)
        if (names.length > 0 && !names.some((name) => asked.includes(name))) {
          throw new TidemarkError('changed', `an answer has ${names.join(', ')}; expected ${asked.join(', ')}`)
        }
        return answer
      }
      // Accounts with fewer than 100 followers lack some; that says nothing of the others.
      const group = at % groups.length
      const { answer, alive, notes } = await askLiving(living[group]!, ask, nothing)
      living[group] = alive
      const made = graphPage(answer.bytes, [...answer.notes, ...notes], { day, asked: [...alive] })
      if (group === groups.length - 1 && living.every((metrics) => metrics.length === 0)) {
        const what = "check option account: it has to be the id in the field 'instagram_business_account' of the Page"
        throw new TidemarkError('changed', `the Graph API refuses every metric of account ${options.account}; ${what}`)
      }
      yield { ...made, resume: at + 1 < all.length ? at + 1 : null }
    }
  },
  *records(page) {
    const { day, asked = Object.keys(acts) } = (page.context ?? {}) as { day?: string; asked?: readonly string[] }
    for (const { name, values, total_value } of readPage('the Graph API', Insights, page).data) {
      if (!asked.includes(name)) continue
      for (const { value, end_time } of values) {
        if (end_time) yield { name, value, day: dayOf(Date.parse(end_time) - 12 * HOUR, META_ZONE) }
      }
      // What is missing or unknown is left out, and no zero. FOLLOWER is what an account became: a new follower.
      const gained = total_value?.breakdowns
        .flatMap(({ results }) => results)
        .find(({ dimension_values }) => dimension_values.some((one) => /^follower$/i.test(one)))
      const total = name === FOLLOWS ? gained?.value : total_value?.value
      if (total !== undefined && total !== null) yield { name, value: total, day }
    }
  },
  notes: graphNotes,
  key: ({ name, day }) => `${name} ${day}`,
  map: ({ name, day, value }) => {
    const kind = acts[name]
    if (!kind) return null
    const initiator = kind === 'reply' ? 'company' : 'customer'
    return interactions({ at: day, channel: 'social', kind, count: value, initiator, actor: 'customer' })
  },
}

const followers: Stream<Options, z.output<typeof Followers>> = {
  kind: 'level',
  facts: ['audience'],
  past: false,
  record: Followers,
  async *pages({ http, options, from }) {
    const graph = openGraph(http, options.version)
    const query = { fields: 'followers_count' }
    const { bytes, notes } = await graph.get(options.account, query, z.object({ followers_count: z.int() }))
    yield { ...graphPage(bytes, notes, { day: from }), resume: null }
  },
  records: (page) => [{ ...readPage('the Graph API', z.looseObject({}), page), ...(page.context as { day: string }) }],
  notes: graphNotes,
  key: ({ day }) => day,
  map: ({ followers_count: value, day }) => audience({ at: day, channel: 'social', kind: 'followers', value }),
}

/** Lifetime metrics that posts, carousels and reels all have; likes and comments are fields of the media. */
const lifetime = ['views', 'reach', 'saved', 'shares']

type Graph = ReturnType<typeof openGraph>

interface Found {
  readonly insights: Readonly<Record<string, number>>
  /** Metrics that media of its type have. */
  readonly alive: readonly string[]
  readonly notes: readonly Note[]
  /** Why it has no insights, where it may be the only one, or one of all. */
  readonly refused?: unknown
}

/** A media's lifetime metrics; those it does not have are left out, with a note. */
async function insightsOf(graph: Graph, id: string, metrics: readonly string[]): Promise<Found> {
  const ask = (asked: readonly string[]) => graph.get(`${id}/insights`, { metric: asked.join(',') }, Insights)
  try {
    const { answer, alive, notes } = await askLiving(metrics, ask, nothing)
    const insights: Record<string, number> = {}
    for (const { name, values, total_value } of answer.body.data) {
      const value = values[0]?.value ?? total_value?.value
      if (typeof value === 'number') insights[name] = value
    }
    return { insights, alive, notes: [...answer.notes, ...notes] }
  } catch (error) {
    const { code = 0, subcode } = refusal(error) ?? {}
    const why =
      (subcode === BEFORE_PROFESSIONAL && 'before_professional') ||
      (fewViewers(error) && 'not_enough_viewers') ||
      (code === 100 && subcode === GONE && 'gone') ||
      ((isPermission(code) || code === 100) && 'insights_refused')
    if (!why) throw error
    const notes = [{ code: why, message: unmeasured[why] }]
    return { insights: {}, alive: metrics, notes, ...(why === 'insights_refused' && { refused: error }) }
  }
}

/** Error 10 means a missing permission as well. */
const fewViewers = (error: unknown) => error instanceof TidemarkError && /not enough viewers/i.test(error.message)

const unmeasured = {
  before_professional: 'media from before the account became a professional one have no views, reach, saves and shares',
  not_enough_viewers: 'media that too few people saw have no views, reach, saves and shares',
  gone: 'media that were deleted meanwhile, or that the token may not see, have no views, reach, saves and shares',
  insights_refused: 'some media are refused views, reach, saves and shares, though others are not',
}

const media: Stream<Options, z.output<typeof Media>> = {
  kind: 'level',
  facts: ['posts'],
  past: false,
  record: Media,
  async *pages({ http, options, from, range, resume }) {
    const graph = openGraph(http, options.version)
    const since = Math.floor((range.end - MEDIA_DAYS * DAY) / 1_000)
    const fields = 'id,timestamp,media_type,media_product_type,like_count,comments_count'
    const living = new Map<string, readonly string[]>()
    let isAnswered = false
    yield* graphList(resume, async (cursor, limit) => {
      const query = { fields, since, limit, ...cursor }
      const { bytes, body, notes } = await graph.get(`${options.account}/media`, query, Listed)
      const found = new Map<string, Found>()
      for (const { id, media_type, media_product_type } of body.data) {
        const type = `${media_product_type} ${media_type}`
        const one = await insightsOf(graph, id, living.get(type) ?? lifetime)
        living.set(type, one.alive)
        found.set(id, one)
      }
      const all = [...found.values()]
      isAnswered ||= all.some(({ refused }) => !refused)
      // One of many may be refused; if all are, it is the token that is.
      if (all.length > 0 && !isAnswered) throw all[0]!.refused
      const said = different([...notes, ...all.flatMap((one) => one.notes)])
      const insights = Object.fromEntries([...found].map(([id, one]) => [id, one.insights]))
      const more = mayFollow(body.data, 'timestamp', since * 1_000)
      return { made: graphPage(bytes, said, { day: from, insights }), next: more ? nextPage(body.paging) : null }
    })
  },
  *records(page) {
    const { day, insights } = page.context as { day: string; insights: Record<string, unknown> }
    for (const one of readPage('the Graph API', GraphRows, page).data)
      yield { ...one, day, insights: insights[String(one.id)] ?? {} }
  },
  notes: graphNotes,
  key: ({ id }) => id,
  map: ({ id, timestamp, day, like_count, comments_count, insights: of }) =>
    posts({
      id,
      at: day,
      channel: 'social',
      published: timestamp,
      impressions: of.views,
      reach: of.reach,
      likes: like_count ?? undefined,
      comments: comments_count ?? undefined,
      shares: of.shares,
      saves: of.saved,
    }),
}

const different = (notes: readonly Note[]) => [...new Map(notes.map((note) => [note.message, note])).values()]

const repliesCut: Note = {
  code: 'replies_cut',
  message: 'comments with very many replies show only some of them; the others are missing',
}

const comments = (own: string): Stream<Options, z.output<typeof Comment>> => ({
  kind: 'events',
  facts: ['interactions'],
  emits: ['social.comment'],
  record: Comment,
  pages: ({ http, options, range, resume }) => {
    const since = Math.floor((range.start - MEDIA_DAYS * DAY) / 1_000)
    const fields = 'id,timestamp,username,user,from,parent_id'
    return graphComments(openGraph(http, options.version), resume, {
      name: 'media',
      path: `${options.account}/media`,
      query: { fields: 'id,comments_count', since, until: Math.ceil(range.end / 1_000), limit: LIST_LIMIT },
      listed: Commented,
      hasComments: ({ comments_count }) => comments_count !== 0,
      // Newest first; replies come with the comment they answer, so late ones to old comments are not seen.
      commentQuery: { fields: `${fields},replies{${fields}}`, limit: COMMENT_LIMIT },
      comments: Dated,
      isMore: (page) => mayFollow(page, 'timestamp', range.start),
      notes: (page) => (page.some(({ replies }) => replies?.paging?.next) ? [repliesCut] : []),
    })
  },
  *records(page) {
    const { list, media } = page.context as { list?: boolean; media?: string }
    if (list) return
    const WithReplies = z.object({ data: z.array(z.looseObject({ replies: GraphRows.nullish() })) })
    for (const { replies, ...comment } of readPage('the Graph API', WithReplies, page).data) {
      yield { ...comment, media }
      for (const reply of replies?.data ?? []) yield { ...reply, media }
    }
  },
  notes: graphNotes,
  key: ({ id }) => id,
  map: ({ id, timestamp, from, username, user, parent_id, media }) => {
    const isOwn = Boolean(user) || from?.id === own
    return interactions({
      id,
      at: timestamp,
      channel: 'social',
      kind: 'comment',
      initiator: isOwn ? (parent_id ? undefined : 'company') : 'customer',
      actor: isOwn ? 'company' : 'customer',
      customer: isOwn ? undefined : named(username ?? from?.username, from?.id),
      content: media,
    })
  },
})

/** A tag tells only the user name; a comment joins it with the id. */
const named = (username?: string | null, id?: string | null) => person({ id: [id, username && `@${username}`] })

const mentions: Stream<Options, z.output<typeof Tagged>> = {
  kind: 'events',
  facts: ['interactions'],
  record: Tagged,
  async *pages({ http, options, range, resume }) {
    const graph = openGraph(http, options.version)
    yield* graphList(resume, async (cursor, limit) => {
      const query = { fields: 'id,timestamp,username', limit, ...cursor }
      const { bytes, body, notes } = await graph.get(`${options.account}/tags`, query, Dated)
      const next = mayFollow(body.data, 'timestamp', range.start) ? nextPage(body.paging) : null
      return { made: graphPage(bytes, notes), next }
    })
  },
  records: (page: Page) => readPage('the Graph API', GraphRows, page).data,
  notes: graphNotes,
  key: ({ id }) => id,
  map: ({ id, timestamp: at, username }) =>
    interactions({ id, at, channel: 'social', kind: 'mention', initiator: 'customer', customer: named(username) }),
}

/**
 * A token of Instagram Login lives for 60 days and may be refreshed once it is a day old. One that is too young, refused,
 * or unknown to a server that refreshes none, is used as it is: if it is no good, the first call says so.
 */
async function refreshed(http: Http, token: string): Promise<string> {
  try {
    const { body } = await http.get('refresh_access_token', {
      query: { grant_type: 'ig_refresh_token', access_token: token },
      schema: z.object({ access_token: z.string().min(1) }),
    })
    return body.access_token
  } catch (error) {
    if (error instanceof TidemarkError && !/limited|unavailable/.test(error.code)) return token
    throw error
  }
}

/** The account by name, and the permissions of the token. Calls are free. */
async function probe({ http, options, now, secret }: Probing<Options>): Promise<Probed> {
  const { account, version, login, comments, mentions } = options
  const graph = openGraph(http, version)
  const named = login === 'facebook' ? 'instagram_' : 'instagram_business_'
  const grant =
    login === 'facebook'
      ? 'choose it when the token is generated anew (Business settings, System users, Generate token)'
      : 'choose it when the account logs in anew (App dashboard, Instagram, API setup with Instagram login)'
  const ask = (edge: string, query: Record<string, string | number>) => () =>
    graph.get(`${account}/${edge}`, query, z.unknown())
  const total = { metric: 'profile_links_taps', period: 'day', metric_type: 'total_value' }
  const until = bounds(dayOf(now.getTime(), META_ZONE), META_ZONE).start / 1_000
  const wanted: WantedPermission[] = [
    { permission: `${named}basic`, for: 'every stream', ask: ask('media', { fields: 'id', limit: 1 }) },
    {
      permission: `${named}manage_insights`,
      for: 'activity, media',
      ask: ask('insights', { ...total, since: until - 86_400, until }),
    },
    ...(login === 'facebook' ? [{ permission: 'pages_read_engagement', for: 'every stream' }] : []),
    ...(comments || mentions
      ? [
          {
            permission: `${named}manage_comments`,
            for: [comments && 'comments', mentions && 'mentions'].filter(Boolean).join(', '),
            // Tags are documented for Facebook Login alone.
            ask: mentions
              ? ask('tags', { fields: 'id', limit: 1 })
              : ask('media', { fields: 'id,comments.limit(1){id}', limit: 1 }),
          },
        ]
      : []),
  ].map((one) => ({ ...one, grant }))
  const Named = z.object({ username: z.string(), followers_count: z.int().optional() })
  const inspected = login === 'facebook' ? await secret('token') : undefined
  const { details, missing } = await graphPermissions(http, version, inspected, wanted)
  const call = graph.get(account, { fields: 'username,followers_count' }, Named)
  const { body, notes = [] } = (await unlessRefused(call, () => missing.length > 0)) ?? {}
  return {
    account: body ? `@${body.username} (${account})` : account,
    details: {
      ...(body?.followers_count !== undefined && { followers: String(body.followers_count) }),
      ...details,
      version: notes[0]?.message ?? `v${version}.0`,
    },
    missing,
  }
}

/**
 * Instagram professional accounts, through the Graph API: the day's new followers, taps on the profile's buttons and
 * replies to stories; followers now; the lifetime counters of the media of the last 28 days. On request, comments one by
 * one (they then count in place of the counters' changes) and tags of the account in others' media.
 *
 * Secret `token`. With `login: 'facebook'` a user or system-user token with `instagram_basic`,
 * `instagram_manage_insights`, `pages_read_engagement` (and `ads_read` where the role came through Business Manager);
 * with `'instagram'` a long-lived one with `instagram_business_basic`, `instagram_business_manage_insights`, which every
 * run refreshes (reference "Refresh Access Token"). Comments need `instagram_manage_comments`, or
 * `instagram_business_manage_comments`; so do tags, which are documented for Facebook Login only (reference "IG User / Tags").
 * Secret `appSecret`, optional, is that of the app: with it every request carries `appsecret_proof`, which apps with the
 * setting "Require App Secret" demand (guide "Secure Graph API Calls").
 * - **One basis per counter**: likes, comments, views (as impressions), reach, saves and shares are the lifetime counters
 *   of media; the account's daily totals of the same are not read. Likes and comments are the fields of the media, which
 *   also exist where there are no insights; a hidden like count is absent.
 * - **Days** are Pacific. `follows_and_unfollows` answers only as `total_value` with `breakdown=follow_type`; FOLLOWER are
 *   those gained (their sum is that of `follower_count`). Everything else of the day is `total_value` too.
 * - An empty data set is no zero, and neither is a breakdown without results, as of a day that is not counted yet. Ads are
 *   not counted. Stories live 24 hours and are not read; replies by or to people in Europe and Japan are not counted, and
 *   are given as 0 where the account is there (reference "Instagram Media Insights", Limitations).
 * - A media that is refused its insights, or gone, keeps its fields, with a warning; where all are refused, the token is.
 * - Comments: newest first, top level with replies by field expansion (reference "IG Media / Comments"), of media no older
 *   than 28 days. Mentions in captions and comments come by webhook only.
 */
export const instagram = defineSource({
  name: 'instagram',
  docs: 'https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights',
  options: Options,
  secrets: ['token'],
  probe,
  optionalSecrets: ['appSecret'],
  api: ({ options: { login, version, baseUrl }, secrets: { appSecret } }) => ({
    baseUrl: (baseUrl ?? `https://graph.${login}.com`).replace(/\/?$/, '/'),
    ...graphApi({ version, appSecret, object: 'Instagram account' }),
    authorize: async ({ http, secret, keep }) => {
      const old = await secret('token')
      if (login === 'facebook') return { authorization: `Bearer ${old}` }
      const fresh = await refreshed(http, old)
      if (fresh !== old) await keep('token', fresh)
      return { authorization: `Bearer ${fresh}` }
    },
  }),
  streams: (options) => ({
    activity,
    followers,
    media,
    ...(options.comments && { comments: comments(options.account) }),
    ...(options.mentions && { mentions }),
  }),
})
