import * as z from 'zod'
import { audience, interactions, posts } from '../facts.ts'
import type { Api } from '../kit/api.ts'
import { noRepeat } from '../kit/cursor.ts'
import { addDays, type Day, day, dayOf, eachDay, zone } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { googleApi, isGoogle, sendWorded } from '../kit/google.ts'
import { missingFrom, unlessRefused } from '../kit/missing.ts'
import type { Page } from '../kit/page.ts'
import { person } from '../kit/person.ts'
import { readPage } from '../kit/read-page.ts'
import type { Missing, Note, Probed, Probing, Reading, Stream, Turn } from '../kit/source.ts'

const Options = z.strictObject({
  /** Id of the channel. Several channels are several sources. */
  channel: z.string().regex(/^UC[\w-]{22}$/, 'expected the id of a channel: UC and 22 characters more'),
  /** Read comments one by one, with their authors, in place of their daily number. @default false */
  comments: z.boolean().default(false),
  /**
   * Read the counters of single videos too; the channel's daily numbers are then interactions, and no counters, so that
   * nothing counts twice. Days read before it was set need `tidemark remap`. @default false
   */
  videos: z.boolean().default(false),
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

/** A table of figures. Integers may come as `0.0`; without data there are no rows, or an empty list of them. */
const ResultTable = z.object({
  kind: z.literal('youtubeAnalytics#resultTable').optional(),
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
/** A video's counters from its publication to the end of a day. */
const Video = z.object({
  video: z.string().min(1),
  day: z.string().transform(day),
  published: z.iso.datetime({ offset: true }),
  views: Counter,
  likes: Counter,
  shares: Counter,
  comments: Counter,
})

/** A list of the Data API, which leaves `items` out where nothing was found. */
const listed = <K extends string, Z extends z.ZodType>(kind: K, item: Z) =>
  z
    .object({ kind: z.literal(kind).optional(), nextPageToken: z.string().nullish(), items: z.array(item).optional() })
    .refine((body) => body.kind ?? body.items, `kind ${kind}, or items`)
    .transform(({ nextPageToken, items = [] }) => ({ nextPageToken: nextPageToken ?? undefined, items }))

const CHANNELS = 'youtube#channelListResponse'
const Total = z.union([z.string().regex(/^\d+$/), z.int()])
const Channels = listed(
  CHANNELS,
  z.object({
    statistics: z.object({ subscriberCount: Total.nullish(), hiddenSubscriberCount: z.boolean().default(false) }),
  }),
)
/** Channels of whoever consented. */
const Mine = listed(CHANNELS, z.object({ id: z.string(), snippet: z.object({ title: z.string() }) }))
/** Where a channel keeps its videos. */
const Uploads = listed(
  CHANNELS,
  z.object({
    contentDetails: z.object({ relatedPlaylists: z.object({ uploads: z.string().nullish() }) }),
    statistics: z.object({ videoCount: Total.nullish() }),
  }),
)
/** Private and deleted videos have no time of publication. */
const PlaylistItems = listed(
  'youtube#playlistItemListResponse',
  z.object({
    contentDetails: z.object({ videoId: z.string(), videoPublishedAt: z.iso.datetime({ offset: true }).nullish() }),
  }),
)
const Subscribers = z.object({ day: z.string().transform(day), subscribers: z.int() })

const Comment = z.object({
  id: z.string().min(1),
  snippet: z.object({
    publishedAt: z.iso.datetime({ offset: true }),
    videoId: z.string().nullish(),
    authorChannelId: z.object({ value: z.string().nullish() }).nullish(),
  }),
})
const Thread = z.object({
  id: z.string(),
  snippet: z.object({ totalReplyCount: z.int().default(0), topLevelComment: Comment }),
  replies: z.object({ comments: z.array(Comment).default([]) }).nullish(),
})
const Threads = listed('youtube#commentThreadListResponse', Thread)
const Replies = listed('youtube#commentListResponse', Comment)
/** All comments of a page of threads, or of replies to one. */
const Said = z.union([
  Threads.transform(({ items }) =>
    items.flatMap(({ snippet, replies }) => [snippet.topLevelComment, ...(replies?.comments ?? [])]),
  ),
  Replies.transform(({ items }) => items),
])

/** Days after which a day without a row is an empty one, and no longer a late one. */
const LATE = 7

/** What a report is asked for, beside whose it is. */
interface Asked {
  readonly startDate: Day
  readonly endDate: Day
  readonly metrics: readonly string[]
  readonly dimensions: 'day' | 'video'
  readonly sort: string
  readonly filters?: string
  readonly maxResults?: number
}

async function askReport({ http, options }: Pick<Reading<Options>, 'http' | 'options'>, asked: Asked) {
  const { youtubeAnalytics } = (await import('@googleapis/youtubeanalytics')).default
  const { reports } = youtubeAnalytics('v2')
  const metrics = asked.metrics.join()
  const { bytes, body } = await sendWorded(http, options.baseUrl, ResultTable, (auth) =>
    reports.query({ auth, ids: `channel==${options.channel}`, ...asked, metrics }),
  )
  const names = body.columnHeaders.map(({ name }) => name)
  const missing = [asked.dimensions, ...asked.metrics].filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new TidemarkError('changed', `a report has ${names.join(', ')}; expected ${missing.join(', ')} as well`)
  }
  return { bytes, rows: [...namedRows(body)] }
}

/** All rows of a range fit into one answer: there is one per day. `through` as in a turn. */
async function askDays(reading: Reading<Options>, metrics: readonly string[]) {
  const { options, from, to, now } = reading
  const asked = { startDate: from, endDate: to, metrics, dimensions: 'day', sort: 'day' } as const
  const { bytes, rows } = await askReport(reading, asked)
  const last = rows.map((row) => String(row.day)).reduce((most, one) => (one > most ? one : most), '')
  const over = addDays(dayOf(now.getTime(), options.zone), -1 - LATE)
  const through = (last > over ? last : over) as Day
  return { bytes, ...(through < to && { through }) }
}

async function* readReport(reading: Reading<Options>): AsyncGenerator<Turn, void, void> {
  const metrics = ['likes', 'shares', 'subscribersGained', ...(reading.options.comments ? [] : ['comments'])]
  const { bytes, ...through } = await askDays(reading, metrics)
  yield { page: { bytes }, resume: null, ...through }
}

function* namedRows({ columnHeaders, rows }: z.output<typeof ResultTable>): Iterable<Record<string, unknown>> {
  for (const row of rows) yield Object.fromEntries(columnHeaders.map(({ name }, at) => [name, row[at]]))
}

const counters = (page: Page) => namedRows(readPage('YouTube', ResultTable, page))

/** A removal of spam can make a day negative: such a counter is left out. */
const counted = (count: number | null | undefined) => (typeof count === 'number' && count >= 0 ? count : undefined)

/** Says which counters were left out. */
const negatives = (rows: Iterable<Record<string, unknown>>, of: string): readonly Note[] =>
  [...rows].flatMap((row) =>
    Object.keys(row)
      .filter((name) => Number(row[name]) < 0)
      .map((name) => ({ code: 'negative', message: `${name} of a ${of} below zero: left out`, day: row.day as Day })),
  )

const channel = (options: Options): Stream<Options, z.output<typeof Counters>> => ({
  kind: 'report',
  facts: options.videos ? ['interactions'] : ['posts', 'interactions'],
  // Otherwise compute would derive them from the counters of the videos, which leave some out.
  ...(options.videos && {
    emits: ['social.like', 'social.share', ...(options.comments ? [] : ['social.comment'])],
  }),
  record: Counters,
  zone: options.zone,
  settles: 3,
  repull: options.repull,
  span: 366,
  pages: readReport,
  records: counters,
  notes: (page) => negatives(counters(page), 'day'),
  key: (record) => record.day,
  map: ({ day: at, likes, shares, comments, subscribersGained }) => {
    const did = (kind: 'like' | 'share' | 'comment' | 'follow', given: number | null | undefined) => {
      const count = counted(given)
      // Who began a reaction to a post is not said of any network.
      const who = kind === 'follow' ? { initiator: 'customer' as const } : { actor: 'customer' as const }
      return count ? [interactions({ at, channel: 'social', kind, count, ...who })] : []
    }
    const follows = did('follow', subscribersGained)
    if (options.videos) return [did('like', likes), did('share', shares), did('comment', comments), follows].flat()
    const counts = { likes: counted(likes), shares: counted(shares), comments: counted(comments) }
    return [posts({ id: options.channel, at, channel: 'social', basis: 'day', ...counts }), ...follows]
  },
})

const unknownChannel = ({ channel }: Options) => invalid(`YouTube knows no channel ${channel}; correct option channel`)

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
    if (body.items.length === 0) throw unknownChannel(options)
    yield { page: { bytes, context: { day: to } }, resume: null }
  },
  *records(page) {
    const { day: at } = page.context as { day: string }
    for (const { statistics } of readPage('YouTube', Channels, page).items) {
      const { subscriberCount, hiddenSubscriberCount } = statistics
      if (subscriberCount !== undefined && subscriberCount !== null && !hiddenSubscriberCount) {
        yield { day: at, subscribers: Number(subscriberCount) }
      }
    }
  },
  notes: (page) => {
    const hidden = readPage('YouTube', Channels, page).items.some(({ statistics }) => statistics.hiddenSubscriberCount)
    return hidden ? [{ code: 'hidden', message: 'the channel hides its number of subscribers' } satisfies Note] : []
  },
  key: (record) => record.day,
  map: ({ day: at, subscribers: value }) => audience({ at, channel: 'social', kind: 'subscribers', value }),
})

/** How long a video's counters are followed. */
const VIDEO_DAYS = 30
/** "The maximum value is 200" (channel reports, "Top videos"). */
const MOST_VIDEOS = 200
/** Before any video. */
const BEGINNING = day('2005-02-01')
const VIDEO_COUNTERS = ['views', 'likes', 'shares', 'comments']

/** Videos published since a day, by id; the list is newest first, and read until a page has nothing younger. */
async function uploadsSince({ http, options }: Reading<Options>, since: Day): Promise<Map<string, string>> {
  const { youtube: client } = (await import('@googleapis/youtube')).default
  const { channels, playlistItems } = client('v3')
  const base = dataUrlOf(options)
  const { body } = await sendWorded(http, base, Uploads, (auth) =>
    channels.list({ auth, part: ['contentDetails,statistics'], id: [options.channel] }),
  )
  const [own] = body.items
  if (!own) throw unknownChannel(options)
  const playlistId = own.contentDetails.relatedPlaylists.uploads
  const found = new Map<string, string>()
  // The list of a channel without videos is not found.
  if (!playlistId || Number(own.statistics.videoCount ?? 1) === 0) return found
  const once = noRepeat()
  let pageToken: string | undefined
  do {
    const page = { maxResults: MOST, ...(pageToken && { pageToken }) }
    const answer = await sendWorded(http, base, PlaylistItems, (auth) =>
      playlistItems.list({ auth, ...page, part: ['contentDetails'], playlistId }),
    )
    const { items, nextPageToken } = answer.body
    const dated = items.flatMap(({ contentDetails: { videoId, videoPublishedAt: at } }) =>
      at ? [{ videoId, at }] : [],
    )
    const young = dated.filter(({ at }) => dayOf(Date.parse(at), options.zone) >= since)
    for (const { videoId, at } of young) found.set(videoId, at)
    pageToken = young.length > 0 || dated.length === 0 ? once(nextPageToken) : undefined
  } while (pageToken)
  return found
}

/** Where a reading of videos stands: the last day that is ready, and the day and video after which it goes on. */
const VideoPlace = z.object({ ready: z.string().transform(day), day: z.string().transform(day), after: z.string() })

/**
 * One report for each day, from the beginning to that day, of the videos published within 30 days before: so it can be
 * read for the past as well. It does not say how far it reaches, so the channel's days are asked for first.
 */
async function* readVideos(reading: Reading<Options>): AsyncGenerator<Turn, void, void> {
  const { options, from, to, resume } = reading
  const days = resume === null ? await askDays(reading, VIDEO_COUNTERS) : null
  const place = days ? { ready: days.through ?? to, day: from, after: '' } : VideoPlace.parse(resume)
  const since = addDays(from, 1 - VIDEO_DAYS)
  const uploads = place.ready < from ? [] : [...(await uploadsSince(reading, since))]
  const dated = uploads
    .map(([id, at]) => ({ id, at, on: dayOf(Date.parse(at), options.zone) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const work = eachDay(place.day, place.ready).flatMap((one) => {
    const young = dated.filter(({ on }) => on <= one && on > addDays(one, -VIDEO_DAYS))
    const left = one === place.day ? young.filter(({ id }) => id > place.after) : young
    return chunks(left, MOST_VIDEOS).map((videos) => ({ day: one, videos }))
  })
  if (days) {
    const { bytes, ...through } = days
    yield { page: { bytes }, resume: work.length > 0 ? place : null, ...through }
  }
  for (const [at, { day: one, videos }] of work.entries()) {
    const { bytes } = await askReport(reading, {
      ...{ startDate: BEGINNING, endDate: one, metrics: VIDEO_COUNTERS, dimensions: 'video', sort: '-views' },
      ...{ filters: `video==${videos.map(({ id }) => id).join()}`, maxResults: MOST_VIDEOS },
    })
    const published = Object.fromEntries(videos.map((video) => [video.id, video.at]))
    const next = { ready: place.ready, day: one, after: videos.at(-1)!.id }
    yield { page: { bytes, context: { day: one, published } }, resume: at + 1 < work.length ? next : null }
  }
}

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size))

/** Rows of a report on videos; the report by day, which only tells what is ready, has none. */
function* videoRows(page: Page): Iterable<Record<string, unknown>> {
  const { day: on, published } = (page.context ?? {}) as { day?: string; published?: Record<string, string> }
  if (!on) return
  for (const row of counters(page)) yield { ...row, day: on, published: published?.[String(row.video)] }
}

const videos = (options: Options): Stream<Options, z.output<typeof Video>> => ({
  kind: 'report',
  facts: ['posts'],
  record: Video,
  zone: options.zone,
  settles: 3,
  repull: options.repull,
  span: 31,
  pages: readVideos,
  records: videoRows,
  notes: (page) => negatives(videoRows(page), 'video'),
  key: (record) => `${record.day} ${record.video}`,
  map: ({ video: id, day: at, published, views, likes, shares, comments }) =>
    posts({
      id,
      at,
      channel: 'social',
      published,
      impressions: counted(views),
      likes: counted(likes),
      shares: counted(shares),
      comments: counted(comments),
    }),
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
          ...{ auth, ...page, part: ['snippet,replies'], fields: THREAD_FIELDS },
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
  records: (page) => readPage('YouTube', Said, page),
  key: ({ id }) => id,
  map: ({ id, snippet: { publishedAt, videoId, authorChannelId } }) => {
    const author = authorChannelId?.value ?? undefined
    return interactions({
      at: publishedAt,
      channel: 'social',
      kind: 'comment',
      initiator: author === options.channel ? 'company' : 'customer',
      customer: author === options.channel ? undefined : person({ id: author, of: 'youtube' }),
      id,
      content: videoId ?? undefined,
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

/** "API requests to this method now require access to the … youtube.readonly scope" (reference of `reports.query`). */
const readsOf = ({ videos }: Options): Readonly<Record<string, string>> => {
  const reports = videos ? 'channel, videos' : 'channel'
  return {
    'yt-analytics.readonly': reports,
    'youtube.readonly': `${reports}, subscribers`,
    'youtube.force-ssl': 'comments',
  }
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
    for: readsOf(options)[permission]!,
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

const Refusal = z.object({
  error: z.object({ message: z.string().default(''), errors: z.array(z.object({ reason: z.string().optional() })) }),
})

/** What only YouTube says (errors of `commentThreads.list` and of all its methods); the rest is as with all of Google. */
const refusalOf = ({ channel }: Options, { body }: Parameters<NonNullable<Api['failure']>>[0]) => {
  const { message = '', errors = [] } = Refusal.safeParse(body).data?.error ?? {}
  const said = message.replaceAll(/<[^>]*>/g, '').slice(0, 120)
  switch (errors[0]?.reason) {
    case 'channelNotFound':
      return invalid(`YouTube knows no channel ${channel} (${said}); correct option channel`)
    case 'commentsDisabled':
      return invalid(`comments are switched off (${said}); set option comments to false`)
    case 'youtubeSignupRequired':
      return new TidemarkError(
        'credentials',
        `the account that consented has no channel (${said}); authorise again as the owner of channel ${channel}`,
      )
    case 'processingFailure':
      return new TidemarkError('unavailable', said)
    default:
      return undefined
  }
}

/**
 * YouTube, by its Analytics API v2 and Data API v3: a channel's likes, shares and comments per day, new subscribers, and how
 * many subscribe; on request the counters of single videos, and comments one by one.
 *
 * Needs the consent of the channel's owner (a service account cannot own a channel) to the scopes `yt-analytics.readonly`
 * and `youtube.readonly`: secrets `clientId`, `clientSecret` and `refreshToken`.
 * - Daily totals are those of the whole channel: rows by video leave out what has little traffic and what was deleted, so
 *   they do not add up to the totals. Views are not interactions.
 * - With `videos: true`, the videos of the last 30 days are read with their counters up to each day, views as impressions:
 *   engagement rates rest on them. What was done is then counted by the channel's totals alone, as interactions.
 * - Days are Pacific ones. A report ends with the last day that is ready in all its metrics (reference of `reports.query`,
 *   endDate), 24 to 72 hours late: later days are not committed, rather than taken for empty, until they are a week old.
 *   Quiet days have rows of zeros (Byron/google-apis-rs issue 180) or none. Days settle within 3.
 * - Counters of a day can be below zero (youtube/api-samples issue 192): such a one is left out, and the run says so.
 * - `subscriberCount` is rounded down to three figures (revision history of 10 September 2019) and exists only for now.
 * - With `comments: true`, comments are read one by one with their authors (as keyed hashes), which takes the consent to
 *   `youtube.force-ssl` as well: `commentThreads.list` has no narrower scope (discovery document). Replies are found in
 *   threads no older than the days that are read. Texts and names are never asked for.
 * - Quota: 10,000 units of the Data API a day for a cloud project, of which a read takes one; it returns at midnight in
 *   California. Videos take one report for each day that is read, and two reads for each reading.
 */
export const youtube = defineSource({
  name: 'youtube',
  docs: 'https://developers.google.com/youtube/analytics/reference/reports/query',
  options: Options,
  secrets: ['clientId', 'clientSecret', 'refreshToken'],
  probe,
  api: ({ options }) => {
    const scopes = scopesOf(options)
    const google = googleApi({
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
    return { ...google, failure: (answer) => refusalOf(options, answer) ?? google.failure?.(answer) }
  },
  streams: (options) => ({
    channel: channel(options),
    ...(options.videos && { videos: videos(options) }),
    subscribers: subscribers(),
    ...(options.comments && { comments: comments(options) }),
  }),
})
