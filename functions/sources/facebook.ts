import * as z from 'zod'
import { audience, interactions, posts, responses } from '../facts.ts'
import { bounds, type Day, dayOf } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import {
  askLiving,
  endedNote,
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
import { refusal } from '../kit/graph-refusal.ts'
import type { Page } from '../kit/page.ts'
import { person } from '../kit/person.ts'
import { readPage } from '../kit/read-page.ts'
import type { Probed, Probing, Reading, Stream, Turn } from '../kit/source.ts'

const Options = z.strictObject({
  /** Id of the Page. */
  page: z.string().regex(/^\d+$/, "expected the Page's id, digits only"),
  /** Version of the Graph API; each lives for about two years. @default 26 */
  version: z.int().min(1).default(26),
  /** Read comments one by one, with their authors; needs `pages_read_user_content` and the task MODERATE. @default false */
  comments: z.boolean().default(false),
  /** Read Messenger conversations as well; needs `pages_messaging`. @default false */
  messages: z.boolean().default(false),
  /** Read recommendations as well; versions from 22 on refuse it. @default false */
  ratings: z.boolean().default(false),
  /** @default 'https://graph.facebook.com' */
  baseUrl: z.url().default('https://graph.facebook.com'),
})
type Options = z.output<typeof Options>

/** One value of one daily metric; `end_time` is midnight Pacific time at the end of the day. */
const Measured = z.object({ name: z.string(), end_time: GraphTime, value: z.number().nullish() })

const Total = z.object({ summary: z.object({ total_count: z.int().nullish() }).nullish() }).nullish()
/** One metric of a post; some are given by day as well. */
const Counted = z.object({
  name: z.string(),
  period: z.string().default('lifetime'),
  values: z.array(z.object({ value: z.unknown().optional() })).default([]),
})
const Post = z.object({
  id: z.string(),
  created_time: GraphTime,
  /** Absent while nobody shared it. */
  shares: z.object({ count: z.int() }).nullish(),
  comments: Total,
  reactions: Total,
  insights: z.object({ data: z.array(Counted) }).nullish(),
  /** The day it was read for. */
  day: z.string(),
})

/** Whoever is named; without an id where Meta keeps it from the app. */
const Party = z.object({ id: z.string().nullish() }).nullish()

const Recommendation = z.object({
  created_time: GraphTime,
  recommendation_type: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['positive', 'negative']))
    .nullish(),
  /** Stars, given before August 2018. */
  rating: z.int().min(1).max(5).nullish(),
  reviewer: Party,
  open_graph_story: Party,
})

const Comment = z.object({
  id: z.string(),
  created_time: GraphTime,
  /** Absent where the token may not know its author; the Page's own comments have it. */
  from: Party,
  /** Of a reply. */
  parent: Party,
  post: z.string(),
})

const Message = z.object({
  id: z.string(),
  created_time: GraphTime,
  from: Party,
  to: z.object({ data: z.array(Party) }).nullish(),
})

/** What `pages` itself reads of answers. */
const Insights = z.object({
  data: z.array(
    z.object({ name: z.string(), values: z.array(z.object({ end_time: GraphTime.optional() })).default([]) }),
  ),
})
const Dated = z.object({ data: z.array(z.object({ created_time: GraphTime })), paging: Paging })
const Listed = z.object({ data: z.array(z.object({ id: z.string(), comments: Total })), paging: Paging })
const Threads = z.object({
  data: z.array(
    z.object({
      updated_time: GraphTime,
      messages: z.object({ data: z.array(z.object({ created_time: GraphTime.optional() })), paging: Paging }).nullish(),
    }),
  ),
  paging: Paging,
})
const Followers = z.object({ followers_count: z.int().nullish() })

/** "Only 90 days of insights can be viewed at one time" (reference "Page Insights", Limitations). */
const WINDOW_DAYS = 89
/** The metric of followers at the end of a day. */
const FOLLOWS = 'page_follows'
/** How long a post's counters are followed. */
const POST_DAYS = 28
const SETTLING_DAYS = 3
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Of comments. */
const COMMENT_LIMIT = 100
/** Of posts, where only their comments are wanted. */
const LIST_LIMIT = 25
/** "You can only get details about the 20 most recent messages in the conversation" (guide "Conversations API"). */
const LAST_MESSAGES = 20

/** The day that ends at `end_time`, even where it does not follow the clock changes. */
const dayBefore = (end: string): Day => dayOf(Date.parse(end) - 12 * HOUR, META_ZONE)

/** Daily values of `metrics`. Their next-links move the window for ever, so the window is asked for once. */
async function* insights(
  { http, options, from, to, now }: Reading<Options>,
  metrics: readonly string[],
  isCount: boolean,
): AsyncGenerator<Turn, void, void> {
  const graph = openGraph(http, options.version)
  const since = bounds(from, META_ZONE).start / 1_000
  // An hour more, since it is not documented whether a value that ends with the window lies in it.
  const until = (bounds(to, META_ZONE).end + HOUR) / 1_000
  const { answer, notes } = await askLiving(metrics, (asked) =>
    graph.get(`${options.page}/insights`, { metric: asked.join(','), period: 'day', since, until }, Insights),
  )
  const days = answer.body.data
    .filter(({ name }) => metrics.includes(name))
    .flatMap(({ values }) => values.flatMap(({ end_time }) => (end_time ? [dayBefore(end_time)] : [])))
    .sort()
  const last = days.at(-1)
  const age = now.getTime() - bounds(to, META_ZONE).end
  if (!last && !isCount && age <= DAY) {
    // A Page with fewer than 100 likes has no insights, but its followers of now are known.
    const { bytes, notes } = await graph.get(options.page, { fields: 'followers_count' }, Followers)
    yield { ...graphPage(bytes, notes, { end: new Date(bounds(to, META_ZONE).end).toISOString() }), resume: null }
    return
  }
  const late = last !== undefined && last < to && age < SETTLING_DAYS * DAY
  const said = [...answer.notes, ...notes, ...(last ? [] : [noInsights])]
  yield { ...graphPage(answer.bytes, said), ...(late && { through: last }), resume: null }
}

/** Meta answers with an empty list, and no refusal, where `read_insights` is missing. */
const noInsights = {
  code: 'no_insights',
  message:
    'Meta has no insights of the Page for these days: it has fewer than 100 likes, or the token lacks read_insights',
}

const Series = z.object({
  data: z
    .array(
      z.object({
        name: z.string(),
        period: z.string().default('day'),
        values: z.array(z.looseObject({ end_time: z.unknown().optional() })).default([]),
      }),
    )
    .optional(),
  followers_count: z.int().nullish(),
})

/** Days of `metrics`; other metrics, weeks and what covers a range are not meant. */
const measured = (metrics: readonly string[]) =>
  function* (of: Page): Iterable<unknown> {
    const { data = [], followers_count } = readPage('the Graph API', Series, of)
    for (const { name, period, values } of data) {
      if (period !== 'day' || !metrics.includes(name)) continue
      for (const value of values) if (value.end_time) yield { ...value, name }
    }
    const { end } = (of.context ?? {}) as { end?: string }
    if (end && typeof followers_count === 'number') yield { name: FOLLOWS, value: followers_count, end_time: end }
  }

const daily = {
  record: Measured,
  settles: SETTLING_DAYS,
  repull: SETTLING_DAYS,
  zone: META_ZONE,
  span: WINDOW_DAYS,
  since: metaSince,
  notes: graphNotes,
  key: ({ name, end_time }: z.output<typeof Measured>) => `${name} ${end_time}`,
}

/** What a daily count stands for; a tap on the Page's contact or call-to-action button is an action. */
const acts: Record<string, 'follow' | 'action'> = { page_daily_follows: 'follow', page_total_actions: 'action' }

const activity: Stream<Options, z.output<typeof Measured>> = {
  ...daily,
  kind: 'report',
  facts: ['interactions'],
  pages: (reading) => insights(reading, Object.keys(acts), true),
  records: measured(Object.keys(acts)),
  map: ({ name, end_time, value }) => {
    const kind = acts[name]
    if (!kind || typeof value !== 'number') return null
    return interactions({ at: dayBefore(end_time), channel: 'social', kind, count: value, initiator: 'customer' })
  },
}

const followers: Stream<Options, z.output<typeof Measured>> = {
  ...daily,
  kind: 'level',
  facts: ['audience'],
  pages: (reading) => insights(reading, [FOLLOWS], false),
  records: measured([FOLLOWS]),
  map: ({ end_time, value }) =>
    typeof value === 'number'
      ? audience({ at: dayBefore(end_time), channel: 'social', kind: 'followers', value })
      : null,
}

/** A post's lifetime metrics, by the column they fill. */
const lifetime = { impressions: 'post_media_view', reach: 'post_total_media_view_unique', clicks: 'post_clicks' }

const published: Stream<Options, z.output<typeof Post>> = {
  kind: 'level',
  facts: ['posts'],
  past: false,
  record: Post,
  async *pages(reading) {
    const { http, options, from, range } = reading
    const graph = openGraph(http, options.version)
    const since = Math.floor((range.end - POST_DAYS * DAY) / 1_000)
    let metrics: readonly string[] = Object.values(lifetime)
    yield* graphList(reading.resume, async (cursor, limit) => {
      const ask = (asked: readonly string[]) => {
        const fields = [
          'id',
          'created_time',
          'shares',
          'comments.filter(stream).limit(0).summary(true)',
          'reactions.limit(0).summary(true)',
          ...(asked.length > 0 ? [`insights.metric(${asked.join(',')})`] : []),
        ]
        const query = { fields: fields.join(','), since, limit, ...cursor }
        return graph.get(`${options.page}/published_posts`, query, Dated)
      }
      const { answer, alive, notes } = await askLiving(metrics, ask, () => ask([]))
      metrics = alive
      const { data, paging } = answer.body
      const made = graphPage(answer.bytes, [...answer.notes, ...notes], { day: from })
      return { made, next: mayFollow(data, 'created_time', since * 1_000) ? nextPage(paging) : null }
    })
  },
  *records(of) {
    const { day } = of.context as { day: string }
    for (const post of readPage('the Graph API', GraphRows, of).data) yield { ...post, day }
  },
  notes: graphNotes,
  key: ({ id }) => id,
  map: ({ id, created_time, day, shares, comments, reactions, insights }) => {
    const counted = (name: string) => {
      const found = insights?.data.find((one) => one.name === name && one.period === 'lifetime')
      const value = found?.values[0]?.value
      return typeof value === 'number' ? value : undefined
    }
    return posts({
      id,
      at: day,
      channel: 'social',
      published: created_time,
      impressions: counted(lifetime.impressions),
      reach: counted(lifetime.reach),
      clicks: counted(lifetime.clicks),
      likes: reactions?.summary?.total_count ?? undefined,
      comments: comments?.summary?.total_count ?? undefined,
      shares: shares?.count ?? 0,
    })
  },
}

const nameOf = ({ created_time, reviewer, open_graph_story }: z.output<typeof Recommendation>) =>
  open_graph_story?.id ?? `${created_time} ${reviewer?.id ?? ''}`

/** Read by creation time; a changed or deleted one is noticed by the next full list. */
const ratings: Stream<Options, z.output<typeof Recommendation>> = {
  kind: 'entity',
  facts: ['responses'],
  record: Recommendation,
  settles: SETTLING_DAYS,
  repull: SETTLING_DAYS,
  async *pages(reading) {
    const { http, options, baseline, range } = reading
    const graph = openGraph(http, options.version)
    const fields = 'created_time,recommendation_type,has_rating,rating,reviewer,open_graph_story'
    yield* graphList(reading.resume, async (cursor, limit) => {
      const query = { fields, limit, ...cursor }
      const { bytes, body, notes } = await graph.get(`${options.page}/ratings`, query, Dated)
      const more = baseline || mayFollow(body.data, 'created_time', range.start)
      return { made: graphPage(bytes, notes), next: more ? nextPage(body.paging) : null }
    })
  },
  records: (of) => readPage('the Graph API', GraphRows, of).data,
  notes: graphNotes,
  key: nameOf,
  changed: ({ created_time }) => new Date(Date.parse(created_time)).toISOString(),
  map: (record) => {
    const { created_time: at, recommendation_type: type, rating, reviewer } = record
    const from = { id: nameOf(record), at, customer: person({ id: reviewer?.id }) }
    if (type) return responses({ ...from, survey: 'recommendation', value: type === 'positive' ? 1 : 0, scale: [0, 1] })
    return typeof rating !== 'number' ? null : responses({ ...from, survey: 'rating', value: rating, scale: [1, 5] })
  },
}

const comments = (own: string): Stream<Options, z.output<typeof Comment>> => ({
  kind: 'events',
  facts: ['interactions'],
  emits: ['social.comment'],
  record: Comment,
  pages: ({ http, options, range, resume }) => {
    const since = Math.floor((range.start - POST_DAYS * DAY) / 1_000)
    const fields = 'id,comments.filter(stream).limit(0).summary(true)'
    return graphComments(openGraph(http, options.version), resume, {
      name: 'post',
      path: `${options.page}/published_posts`,
      query: { fields, since, until: Math.ceil(range.end / 1_000), limit: LIST_LIMIT },
      listed: Listed,
      hasComments: ({ comments }) => comments?.summary?.total_count !== 0,
      // Replies as well, and what the Page has hidden; names and texts are not asked for.
      commentQuery: {
        fields: 'id,created_time,from{id},parent{id}',
        filter: 'stream',
        order: 'reverse_chronological',
        limit: COMMENT_LIMIT,
      },
      comments: Dated,
      // Newest first, as asked for; where it is not, the list is read to its end.
      isMore: (page) => mayFollow(page, 'created_time', range.start),
    })
  },
  *records(of) {
    const { list, post } = of.context as { list?: boolean; post?: string }
    if (!list) for (const comment of readPage('the Graph API', GraphRows, of).data) yield { ...comment, post }
  },
  notes: graphNotes,
  key: ({ id }) => id,
  map: ({ id, created_time: at, from, parent, post }) => {
    const isOwn = from?.id === own
    return interactions({
      id,
      at,
      channel: 'social',
      kind: 'comment',
      // An answer belongs to what the customer began.
      initiator: isOwn ? (parent ? undefined : 'company') : 'customer',
      actor: isOwn ? 'company' : 'customer',
      customer: isOwn ? undefined : person({ id: from?.id }),
      content: post,
    })
  },
})

const messages = (own: string): Stream<Options, z.output<typeof Message>> => ({
  kind: 'events',
  facts: ['interactions'],
  record: Message,
  async *pages(reading) {
    const { http, options, range } = reading
    const graph = openGraph(http, options.version)
    const fields = `id,updated_time,messages.limit(${LAST_MESSAGES}){id,created_time,from,to}`
    yield* graphList(reading.resume, async (cursor, limit) => {
      const query = { platform: 'MESSENGER', fields, limit, ...cursor }
      const { bytes, body, notes } = await graph.get(`${options.page}/conversations`, query, Threads)
      const isCut = body.data.some(
        ({ messages }) =>
          messages?.paging?.next && messages.data.every((one) => Date.parse(one.created_time ?? '') >= range.start),
      )
      const cut = `of a conversation, only the last ${LAST_MESSAGES} messages are shown; earlier ones of the days read are missing`
      const made = graphPage(bytes, isCut ? [...notes, { code: 'messages_cut', message: cut }] : notes)
      // There is no time-based paging here (reference "Page Conversations", Limitations).
      const more = mayFollow(body.data, 'updated_time', range.start)
      return { made, next: more ? nextPage(body.paging) : null }
    })
  },
  *records(of) {
    const Conversations = z.object({ data: z.array(z.object({ messages: GraphRows.nullish() })) })
    for (const { messages } of readPage('the Graph API', Conversations, of).data) yield* messages?.data ?? []
  },
  notes: graphNotes,
  key: ({ id }) => id,
  map: ({ id, created_time, from, to }) => {
    const by = from?.id
    return interactions({
      id,
      at: created_time,
      channel: 'messaging',
      kind: 'message',
      // An answer belongs to what the customer began.
      initiator: by && by !== own ? 'customer' : undefined,
      actor: by ? (by === own ? 'company' : 'customer') : undefined,
      customer: person({ id: by === own ? to?.data[0]?.id : by }),
    })
  },
})

/** Subcode of "This method must be called with a Page Access Token". */
const NO_PAGE_TOKEN = 2_069_032

/**
 * The Page by name, whether the token's owner has a role on it (field `access_token`: "only returned if the user making the
 * request has a role on the Page"), and the permissions of the token. Calls are free.
 */
async function probe({ http, options, secret }: Probing<Options>): Promise<Probed> {
  const { page, version, messages } = options
  const token = await secret('token')
  const graph = openGraph(http, version)
  const ask = (edge: string, query: Record<string, string | number>) => () =>
    graph.get(`${page}/${edge}`, query, z.unknown())
  const grant = `choose it, and Page ${page}, when the token is generated anew (Business settings, System users, Generate token)`
  const wanted: WantedPermission[] = [
    ...[
      {
        permission: 'read_insights',
        for: 'activity, followers, posts',
        // An empty list may mean that it is missing, or that the Page is small.
        ask: async () => {
          const query = { metric: FOLLOWS, period: 'day' }
          return (await graph.get(`${page}/insights`, query, Insights)).body.data.length > 0
        },
      },
      {
        permission: 'pages_read_engagement',
        for: 'followers, posts',
        ask: ask('published_posts', { fields: 'id', limit: 1 }),
      },
      { permission: 'pages_show_list', for: 'the token of the Page' },
      {
        permission: 'pages_read_user_content',
        for: ['posts', options.comments && 'comments', options.ratings && 'ratings'].filter(Boolean).join(', '),
        ask: ask('published_posts', { fields: 'id,comments.limit(0).summary(true)', limit: 1 }),
      },
    ],
    ...(messages
      ? [
          {
            permission: 'pages_messaging',
            for: 'messages',
            ask: ask('conversations', { platform: 'MESSENGER', fields: 'id', limit: 1 }),
          },
        ]
      : []),
  ].map((one) => ({ ...one, grant, target: page }))
  const { body, headers } = await http.get(`v${version}.0/${page}`, {
    query: { fields: 'name,access_token' },
    headers: { authorization: `Bearer ${token}` },
    schema: z.object({ name: z.string(), access_token: z.string().optional() }),
  })
  const role = {
    permission: 'a role on the Page, with the task ANALYZE',
    for: 'every stream',
    grant: `assign the Page to the token's owner (Business settings, Pages, Assign people)`,
  }
  try {
    const { type, details, missing } = await graphPermissions(http, version, token, wanted)
    // A Page's own token need not be shown to itself.
    const isOutside = body.access_token === undefined && type !== undefined && type !== 'PAGE'
    return {
      account: `Page '${body.name}' (${page})`,
      details: { ...details, version: endedNote(headers, version)?.message ?? `v${version}.0` },
      missing: isOutside ? [role, ...missing] : missing,
    }
  } catch (error) {
    if (body.access_token !== undefined || refusal(error)?.subcode !== NO_PAGE_TOKEN) throw error
    return { account: `Page '${body.name}' (${page})`, missing: [role] }
  }
}

/**
 * Facebook Pages, through the Graph API: the day's new followers and taps on the Page's buttons, its followers at the
 * end of the day, and the lifetime counters of the posts of the last 28 days. On request, comments one by one (they then
 * count in place of the counters' changes), Messenger conversations and recommendations.
 *
 * Secret `token`: a Page token, or better one of a business's system user, which does not run out; it is exchanged for
 * the Page's (field `access_token` of the Page: "only returned if the user making the request has a role on the Page").
 * The owner needs the task ANALYZE; permissions `read_insights`, `pages_read_engagement`, `pages_show_list`, and
 * `pages_read_user_content` for reactions and comments; `pages_messaging` and `pages_manage_metadata` for messages (guide
 * "Conversations API").
 * - **One basis per counter**: reactions, comments, shares, clicks, views (as impressions) and reach are the lifetime
 *   counters of posts; the Page's daily totals of the same are not read, nor `page_post_engagements`, which adds them up.
 *   Profile and media views are no interactions.
 * - **Days** are Pacific. Metrics are refreshed every 24 hours; three trailing days are read again. Insights go back two
 *   years and need 100 likes; followers of smaller Pages are known from the first reading on. Without `read_insights` the
 *   answer is an empty list as well, hence the warning `no_insights`.
 * - Reactions by day (`page_actions_post_reactions_*`) were withdrawn on 14 March 2024 (changelog "2023 Out-Of-Cycle
 *   Changes", December 14). Names of post metrics alive on v25.0: trypostit/trypost pull request 320.
 * - **Recommendations**: "attempting to query an edge or field that returns a recommendation using v22.0 or later will
 *   return error code 12" (reference "Recommendation"); with `ratings`, set `version` below 22 while one lives.
 * - **Comments**: of posts no older than 28 days, replies included, also those that the Page has hidden; a deleted one is
 *   gone, one deleted after its day was read stays counted. "You must use a Page access token if you want User information
 *   to be included" (reference "Comment", Page Owned Comments), and the app needs advanced access to
 *   `pages_read_user_content`: else `from` is absent of all but the Page's own (restfb/restfb issue 1136), and so is the
 *   person. Ids take the task MODERATE (reference "Object Comments", v11.0).
 * - Secret `appSecret`, optional: with it every request carries `appsecret_proof`, which apps with the setting "Require App
 *   Secret" demand (guide "Secure Graph API Calls").
 */
export const facebook = defineSource({
  name: 'facebook',
  docs: 'https://developers.facebook.com/docs/graph-api/reference/insights',
  options: Options,
  secrets: ['token'],
  probe,
  optionalSecrets: ['appSecret'],
  api: ({ options: { baseUrl, page, version }, secrets: { appSecret } }) => ({
    baseUrl: baseUrl.replace(/\/?$/, '/'),
    ...graphApi({ version, appSecret, object: 'Page' }),
    authorize: async ({ http, secret }) => {
      const token = await secret('token')
      const { body } = await http.get(`v${version}.0/${page}`, {
        query: { fields: 'access_token' },
        headers: { authorization: `Bearer ${token}` },
        schema: z.object({ access_token: z.string().optional() }),
      })
      return { authorization: `Bearer ${body.access_token ?? token}` }
    },
  }),
  streams: (options) => ({
    activity,
    followers,
    posts: published,
    ...(options.ratings && { ratings }),
    ...(options.comments && { comments: comments(options.page) }),
    ...(options.messages && { messages: messages(options.page) }),
  }),
})
