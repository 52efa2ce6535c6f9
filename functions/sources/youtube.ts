import * as z from 'zod'
import { audience, interactions, posts } from '../facts.ts'
import { noRepeat } from '../kit/cursor.ts'
import { addDays, type Day, day, dayOf, zone } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { googleApi, isGoogle, sendWorded } from '../kit/google.ts'
import { missingFrom, unlessRefused } from '../kit/missing.ts'
import type { Page } from '../kit/page.ts'
import { person } from '../kit/person.ts'
import type { Missing, Note, Probed, Probing, Reading, Stream, Turn } from '../kit/source.ts'

const Options = z.strictObject({
  /** Id of the channel. Several channels are several sources. */
  channel: z.string().regex(/^UC[\w-]{22}$/, 'expected the id of a channel: UC and 22 characters more'),
  /** Read comments one by one, with their authors, in place of their daily number. @default false */
  comments: z.boolean().default(false),
  /** Whose days YouTube reports. @default 'America/Los_Angeles' */
  zone: z.string().transform(zone).default('America/Los_Angeles'),
  /** Trailing days that are read again. @default 5 */
  repull: z.int().min(0).default(5),
  /** Of the Analytics API. @default 'https://youtubeanalytics.googleapis.com' */
  baseUrl: z.url().default('https://youtubeanalytics.googleapis.com'),
  /** Of the Data API. @default - Google's; `baseUrl`, where that is not Google's */
  dataUrl: z.url().optional(),
  /** @default - Google's token endpoint; `token` under `baseUrl`, where that is not Google's */
  tokenUrl: z.url().optional(),
})
type Options = z.output<typeof Options>

const dataUrlOf = ({ baseUrl, dataUrl }: Options) =>
  dataUrl ?? (isGoogle(baseUrl) ? 'https://youtube.googleapis.com' : baseUrl)

/** Counters of a day. Integers may come as `0.0`; without data there are no rows at all. */
const ResultTable = z.object({
  kind: z.literal('youtubeAnalytics#resultTable'),
  columnHeaders: z.array(z.object({ name: z.string() })),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))).default([]),
})
const Counter = z.number().nullish()
const Counters = z.object({
  day: z.string().transform(day),
  likes: Counter,
  shares: Counter,
  comments: Counter,
  subscribersGained: Counter,
})

const Channels = z.object({
  kind: z.literal('youtube#channelListResponse'),
  items: z
    .array(
      z.object({
        statistics: z.object({
          subscriberCount: z.string().regex(/^\d+$/).optional(),
          hiddenSubscriberCount: z.boolean().default(false),
        }),
      }),
    )
    .default([]),
})
/** Channels of whoever consented. */
const Mine = z.object({
  kind: z.literal('youtube#channelListResponse'),
  items: z.array(z.object({ id: z.string(), snippet: z.object({ title: z.string() }) })).default([]),
})
const Subscribers = z.object({ day: z.string().transform(day), subscribers: z.int() })

const Comment = z.object({
  id: z.string().min(1),
  snippet: z.object({
    publishedAt: z.iso.datetime({ offset: true }),
    videoId: z.string().optional(),
    authorChannelId: z.object({ value: z.string().optional() }).optional(),
  }),
})
const Threads = z.object({
  kind: z.literal('youtube#commentThreadListResponse'),
  nextPageToken: z.string().optional(),
  items: z
    .array(
      z.object({
        id: z.string(),
        snippet: z.object({ totalReplyCount: z.int().default(0), topLevelComment: Comment }),
        replies: z.object({ comments: z.array(Comment).default([]) }).optional(),
      }),
    )
    .default([]),
})
const Replies = z.object({
  kind: z.literal('youtube#commentListResponse'),
  nextPageToken: z.string().optional(),
  items: z.array(Comment).default([]),
})

/** Days after which a day without a row is an empty one, and no longer a late one. */
const LATE = 7

/** All rows of a range fit into one answer: there is one per day. */
async function* readReport({ http, options, from, to, now }: Reading<Options>): AsyncGenerator<Turn, void, void> {
  const { youtubeAnalytics } = (await import('@googleapis/youtubeanalytics')).default
  const { reports } = youtubeAnalytics('v2')
  const metrics = ['likes', 'shares', 'subscribersGained', ...(options.comments ? [] : ['comments'])]
  const { bytes, body } = await sendWorded(http, options.baseUrl, ResultTable, (auth) =>
    reports.query({
      auth,
      ids: `channel==${options.channel}`,
      startDate: from,
      endDate: to,
      metrics: metrics.join(),
      dimensions: 'day',
      sort: 'day',
    }),
  )
  const names = body.columnHeaders.map(({ name }) => name)
  const missing = ['day', ...metrics].filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new TidemarkError('changed', `a report has ${names.join(', ')}; expected ${missing.join(', ')} as well`)
  }
  const at = names.indexOf('day')
  const last = body.rows.reduce((most, row) => (String(row[at]) > most ? String(row[at]) : most), '')
  const over = addDays(dayOf(now.getTime(), options.zone), -1 - LATE)
  const through = (last > over ? last : over) as Day
  yield { page: { bytes }, resume: null, ...(through < to && { through }) }
}

/** @throws `changed` unless the page is one of `shape` */
function parsed<Z extends z.ZodType>({ bytes }: Page, shape: Z): z.output<Z> {
  const body = shape.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
  if (body.success) return body.data
  throw new TidemarkError('changed', `a page of YouTube: ${z.prettifyError(body.error)}`)
}

function* counters(page: Page): Iterable<Record<string, unknown>> {
  const { columnHeaders, rows } = parsed(page, ResultTable)
  for (const row of rows) yield Object.fromEntries(columnHeaders.map(({ name }, at) => [name, row[at]]))
}

/** A removal of spam can make a day negative: such a counter is left out. */
const counted = (count: number | null | undefined) => (typeof count === 'number' && count >= 0 ? count : undefined)

const channel = (options: Options): Stream<Options, z.output<typeof Counters>> => ({
  kind: 'report',
  facts: ['posts', 'interactions'],
  record: Counters,
  zone: options.zone,
  settles: 3,
  repull: options.repull,
  span: 366,
  pages: readReport,
  records: counters,
  notes: (page) => {
    const names = [...counters(page)].flatMap((row) => Object.keys(row).filter((name) => Number(row[name]) < 0))
    return [...new Set(names)].map((name) => ({ code: 'negative', message: `${name} of a day below zero: left out` }))
  },
  key: (record) => record.day,
  map: ({ day: at, likes, shares, comments, subscribersGained }) => {
    const post = posts({
      id: options.channel,
      at,
      channel: 'social',
      basis: 'day',
      likes: counted(likes),
      shares: counted(shares),
      comments: counted(comments),
    })
    const count = counted(subscribersGained)
    if (!count) return post
    return [post, interactions({ at, channel: 'social', kind: 'follow', count, initiator: 'customer' })]
  },
})

const subscribers = (): Stream<Options, z.output<typeof Subscribers>> => ({
  kind: 'level',
  facts: ['audience'],
  record: Subscribers,
  past: false,
  async *pages({ http, options, to }) {
    const { youtube: client } = (await import('@googleapis/youtube')).default
    const { channels } = client('v3')
    const { bytes, body } = await sendWorded(http, dataUrlOf(options), Channels, (auth) =>
      channels.list({ auth, part: ['statistics'], id: [options.channel] }),
    )
    if (body.items.length === 0) throw invalid(`YouTube knows no channel ${options.channel}; correct option channel`)
    yield { page: { bytes, context: { day: to } }, resume: null }
  },
  *records(page) {
    const { day: at } = page.context as { day: string }
    for (const { statistics } of parsed(page, Channels).items) {
      const { subscriberCount, hiddenSubscriberCount } = statistics
      if (subscriberCount !== undefined && !hiddenSubscriberCount) {
        yield { day: at, subscribers: Number(subscriberCount) }
      }
    }
  },
  notes: (page) => {
    const hidden = parsed(page, Channels).items.some(({ statistics }) => statistics.hiddenSubscriberCount)
    return hidden ? [{ code: 'hidden', message: 'the channel hides its number of subscribers' } satisfies Note] : []
  },
  key: (record) => record.day,
  map: ({ day: at, subscribers: value }) => audience({ at, channel: 'social', kind: 'subscribers', value }),
})

/** Where a reading of comments stands: a page of threads, or one of the replies to the first of `parents`. */
const Place = z.object({
  /** Of the page of threads that is next; null for the first, undefined after the last. */
  threads: z.string().nullable().optional(),
  /** Threads whose replies did not come with them. */
  parents: z.array(z.string()),
  replies: z.string().nullable(),
})
type Place = z.output<typeof Place>

/** Of a page: where all threads have more replies, their ids still fit into a token to resume with. */
const MOST = 50

/** Nobody's name, picture or words are asked for. */
const WHO = 'id,snippet(authorChannelId,publishedAt,videoId)'
const THREAD_FIELDS = `kind,nextPageToken,items(id,snippet(totalReplyCount,topLevelComment(${WHO})),replies(comments(${WHO})))`

/** Threads come newest first, and are read until they are older than the range. */
async function* readComments({ http, options, range, resume }: Reading<Options>): AsyncGenerator<Turn, void, void> {
  const { youtube: client } = (await import('@googleapis/youtube')).default
  const { commentThreads, comments } = client('v3')
  const base = dataUrlOf(options)
  const once = noRepeat()
  let place: Place | null = resume === null ? { threads: null, parents: [], replies: null } : Place.parse(resume)
  while (place) {
    const [parentId, ...others] = place.parents
    const pageToken = parentId === undefined ? place.threads : place.replies
    const page = { maxResults: MOST, ...(pageToken && { pageToken }) }
    let next: Place
    let bytes: Uint8Array
    if (parentId === undefined) {
      const answer = await sendWorded(http, base, Threads, (auth) =>
        commentThreads.list({
          ...{ auth, ...page, part: ['snippet', 'replies'], fields: THREAD_FIELDS },
          ...{ allThreadsRelatedToChannelId: options.channel, order: 'time' },
        }),
      )
      const { items, nextPageToken } = answer.body
      const cut = items.filter(({ snippet, replies }) => snippet.totalReplyCount > (replies?.comments.length ?? 0))
      const newer = items.some(({ snippet }) => Date.parse(snippet.topLevelComment.snippet.publishedAt) >= range.start)
      next = { threads: newer ? once(nextPageToken) : undefined, parents: cut.map(({ id }) => id), replies: null }
      bytes = answer.bytes
    } else {
      const answer = await sendWorded(http, base, Replies, (auth) =>
        comments.list({ auth, ...page, part: ['snippet'], parentId, fields: `kind,nextPageToken,items(${WHO})` }),
      )
      const more = answer.body.nextPageToken
      if (more) once(`${parentId} ${more}`)
      next = more ? { ...place, replies: more } : { threads: place.threads, parents: others, replies: null }
      bytes = answer.bytes
    }
    const ended = next.threads === undefined && next.parents.length === 0
    yield { page: { bytes }, resume: ended ? null : JSON.parse(JSON.stringify(next)) }
    place = ended ? null : next
  }
}

const comments = (options: Options): Stream<Options, z.output<typeof Comment>> => ({
  kind: 'events',
  facts: ['interactions'],
  emits: ['social.comment'],
  record: Comment,
  zone: options.zone,
  repull: options.repull,
  span: 366,
  pages: readComments,
  *records(page) {
    const body = parsed(page, z.discriminatedUnion('kind', [Threads, Replies]))
    if (body.kind === 'youtube#commentListResponse') return yield* body.items
    for (const { snippet, replies } of body.items) yield* [snippet.topLevelComment, ...(replies?.comments ?? [])]
  },
  key: ({ id }) => id,
  map: ({ id, snippet: { publishedAt, videoId, authorChannelId } }) => {
    const author = authorChannelId?.value
    return interactions({
      at: publishedAt,
      channel: 'social',
      kind: 'comment',
      initiator: author === options.channel ? 'company' : 'customer',
      customer: author === options.channel ? undefined : person({ id: author, of: 'youtube' }),
      id,
      content: videoId,
    })
  },
})

const AUTH = 'https://www.googleapis.com/auth/'

/** Scopes that are asked for, by their last part. */
const scopesOf = ({ comments }: Options) => [
  'yt-analytics.readonly',
  'youtube.readonly',
  ...(comments ? ['youtube.force-ssl'] : []),
]

const reads: Readonly<Record<string, string>> = {
  'yt-analytics.readonly': 'channel',
  'youtube.readonly': 'subscribers',
  'youtube.force-ssl': 'comments',
}
/** Wider scopes that open the same (discovery documents). */
const wider: Readonly<Record<string, readonly string[]>> = {
  'yt-analytics.readonly': ['yt-analytics-monetary.readonly'],
  'youtube.readonly': ['youtube', 'youtube.force-ssl'],
}

function missingScopes(scopes: readonly string[] | undefined, options: Options): readonly Missing[] {
  const given = scopes?.map((scope) => scope.replace(AUTH, ''))
  const wanted = scopesOf(options).map((permission) => ({
    permission,
    for: reads[permission]!,
    grant: `authorise again as the owner of channel ${options.channel}, with all of ${scopesOf(options).join(' ')}`,
  }))
  return missingFrom(given, wanted).filter(({ permission }) => !wider[permission]?.some((one) => given?.includes(one)))
}

/** `channels.list` with `mine`: one unit of the quota, and says whose consent it is. */
async function probe({ http, options, scopes }: Probing<Options>): Promise<Probed> {
  const { youtube: client } = (await import('@googleapis/youtube')).default
  const { channels } = client('v3')
  const missing = () => missingScopes(scopes(), options)
  const call = sendWorded(http, dataUrlOf(options), Mine, (auth) =>
    channels.list({ auth, part: ['snippet'], mine: true, fields: 'kind,items(id,snippet(title))' }),
  )
  const answer = await unlessRefused(call, () => missing().length > 0)
  const own = answer?.body.items.find(({ id }) => id === options.channel)
  if (answer && !own) {
    const names = answer.body.items.map(({ id, snippet }) => `${id} '${snippet.title}'`).join(', ') || 'no channel'
    throw invalid(
      `the consent is that of ${names}, not of ${options.channel}; correct channel, or authorise as its owner`,
    )
  }
  return {
    account: `channel ${options.channel}${own ? ` '${own.snippet.title}'` : ''}`,
    details: { cost: '1 unit of 10,000 a day' },
    missing: missing(),
  }
}

/**
 * YouTube, by its Analytics API v2 and Data API v3: a channel's likes, shares and comments per day, new subscribers, and how
 * many subscribe.
 *
 * Needs the consent of the channel's owner (a service account cannot own a channel) to the scopes `yt-analytics.readonly`
 * and `youtube.readonly`: secrets `clientId`, `clientSecret` and `refreshToken`.
 * - Daily totals of the whole channel only: rows by video leave out what has little traffic and what was deleted, so they
 *   do not add up to the totals. Views are not interactions.
 * - Days are Pacific ones. A report ends with the last day that is ready in all its metrics (reference of `reports.query`,
 *   endDate), 24 to 72 hours late: later days are not committed, rather than taken for empty, until they are a week old.
 *   Quiet days have rows of zeros (Byron/google-apis-rs issue 180). Days settle within 3.
 * - `subscriberCount` is rounded down to three figures (revision history of 10 September 2019) and exists only for now.
 * - With `comments: true`, comments are read one by one with their authors (as keyed hashes), which takes the consent to
 *   `youtube.force-ssl` as well: `commentThreads.list` has no narrower scope (discovery document). Replies are found in
 *   threads no older than the days that are read. Texts and names are never asked for.
 * - Quota: 10,000 units a day for a cloud project, of which a read takes one; it returns at midnight in California.
 */
export const youtube = defineSource({
  name: 'youtube',
  docs: 'https://developers.google.com/youtube/analytics/reference/reports/query',
  options: Options,
  secrets: ['clientId', 'clientSecret', 'refreshToken'],
  probe,
  api: ({ options }) => {
    const scopes = scopesOf(options)
    return googleApi({
      ...options,
      hosts: [new URL(dataUrlOf(options)).host],
      account: async ({ secret }) => ({
        type: 'authorized_user',
        client_id: await secret('clientId'),
        client_secret: await secret('clientSecret'),
        refresh_token: await secret('refreshToken'),
      }),
      keep: ({ keep }, rotated) => keep('refreshToken', rotated),
      scopes: scopes.map((scope) => AUTH + scope),
      needs: `the consent of the owner of channel ${options.channel} to the scopes ${scopes.join(', ')}`,
    })
  },
  streams: (options) => ({
    channel: channel(options),
    subscribers: subscribers(),
    ...(options.comments && { comments: comments(options) }),
  }),
})
