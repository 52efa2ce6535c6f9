import { addDays, type Day, dayOf, eachDay, isDay } from '../functions/kit/day.ts'
import { webDays } from './demo/web-days.ts'
import type { Fault } from './faults.ts'
import { type GoogleTokens, googleErrors, reasoned, simulateGoogleTokens } from './google-token.ts'
import type { SandboxAnswer, SandboxRequest } from './messages.ts'
import { type Sandbox, serve } from './serve.ts'

/** What happened on one day of a channel. */
export type YoutubeDay = Readonly<Partial<Record<(typeof metrics)[number], number>>>

/** A comment under a video, or a reply to one. */
export interface YoutubeComment {
  readonly id: string
  /** Channel id of the author; absent where YouTube does not tell. */
  readonly author?: string
  /** RFC 3339 instant. */
  readonly at: string
  readonly video?: string
  readonly replies?: readonly YoutubeComment[]
}

/** A video and its traffic, which is part of the channel's. */
export interface YoutubeVideo {
  readonly id: string
  /** RFC 3339 instant; absent while it is private. */
  readonly published?: string
  readonly days?: Readonly<Record<string, YoutubeDay>>
}

export interface YoutubeAccount {
  readonly channel: string
  /** First day of the channel. */
  readonly since: Day
  /** Days without an entry are quiet. */
  readonly days?: Readonly<Record<string, YoutubeDay>>
  /** @default 0 */
  readonly subscribers?: number | ((today: Day) => number)
  readonly hidesSubscribers?: boolean
  /** Newest first, as the channel lists them. */
  readonly videos?: readonly YoutubeVideo[]
  readonly comments?: readonly YoutubeComment[]
  /** The clock: what happens after it has not happened. @default - the real time */
  readonly now?: () => Date
  /** Days after its end until a day is in the reports. @default 2 */
  readonly lag?: number
  /** The channel of whoever consented. @default - this one */
  readonly consenter?: string
  /** Scopes that the owner consented to, by their last part. @default - both that only read, and force-ssl */
  readonly granted?: readonly string[]
  /** Units of the Data API until its day is over. @default 10,000 */
  readonly units?: number
  /** Threads, replies and videos that one page holds at the most, and replies that come with their thread. @default 100 and 5 */
  readonly page?: number
  readonly inThread?: number
  readonly faults?: readonly Fault[]
}

export interface YoutubeSandbox extends Sandbox {
  readonly tokens: GoogleTokens
}

const metrics = [
  'views',
  'estimatedMinutesWatched',
  'likes',
  'dislikes',
  'comments',
  'shares',
  'subscribersGained',
  'subscribersLost',
] as const
const ZONE = 'America/Los_Angeles'
const AUTH = 'https://www.googleapis.com/auth/'

/**
 * Plays YouTube's Analytics API v2 and Data API v3 on loopback: reports by day that end with the last day that is ready
 * (reference of `reports.query`) and hold zeros for quiet days, reports by video of at most 200, which leave out those
 * without traffic ("Channel reports", "Top videos"), channel statistics with rounded subscribers, uploads and comment
 * threads newest first, partial answers (`fields`), quotas and scopes as the discovery documents have them.
 */
export async function simulateYoutube(account: YoutubeAccount): Promise<YoutubeSandbox> {
  const { channel, now = () => new Date(), lag = 2, units = 10_000 } = account
  const { granted = ['yt-analytics.readonly', 'youtube.readonly', 'youtube.force-ssl'] } = account
  const tokens = await simulateGoogleTokens({ granted: granted.map((scope) => AUTH + scope) })
  let spent = 0

  function answer(request: SandboxRequest): SandboxAnswer {
    const given = route(request)
    return { ...given, headers: { ...given.headers, date: now().toUTCString() } }
  }

  function route(request: SandboxRequest): SandboxAnswer {
    const { method, path, query } = request
    const allowed = (...scopes: string[]) =>
      tokens.refuse(
        request,
        scopes.map((scope) => AUTH + scope),
      )
    if (method !== 'GET') return { status: 404, body: '<!DOCTYPE html><title>Error 404</title>' }
    const reads = ['youtube.readonly', 'youtube', 'youtube.force-ssl']
    // Both: the reference of `reports.query` asks for the second as well.
    if (path === '/v2/reports') return allowed('yt-analytics.readonly') ?? allowed(...reads) ?? report(query)
    const lists: Record<string, [string[], () => SandboxAnswer]> = {
      '/youtube/v3/channels': [reads, () => channels(query)],
      '/youtube/v3/commentThreads': [['youtube.force-ssl'], () => threads(query)],
      '/youtube/v3/comments': [['youtube.force-ssl'], () => replies(query)],
      '/youtube/v3/playlistItems': [reads, () => uploads(query)],
    }
    const [scopes, list] = lists[path] ?? []
    if (!scopes || !list) return { status: 404, body: '<!DOCTYPE html><title>Error 404</title>' }
    const refused = allowed(...scopes)
    if (refused) return refused
    if (++spent > units) {
      const message =
        'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.'
      return reasoned(403, 'quotaExceeded', message, 'youtube.quota')
    }
    const given = list()
    const fields = query.get('fields')
    return given.status === 200 && fields ? { ...given, body: pick(given.body, parseFields(fields)) } : given
  }

  function report(query: URLSearchParams): SandboxAnswer {
    const [from, to] = [query.get('startDate') ?? '', query.get('endDate') ?? '']
    const asked = (query.get('metrics') ?? '').split(',') as (typeof metrics)[number][]
    const unknown = asked.find((name) => !metrics.includes(name))
    if (unknown !== undefined)
      return reasoned(400, 'badRequest', `Unknown identifier (${unknown}) given in field metrics.`)
    if (!isDay(from) || !isDay(to) || to < from) return reasoned(400, 'badRequest', 'Invalid date range.')
    if (query.get('ids') !== `channel==${channel}` && query.get('ids') !== 'channel==MINE') {
      return reasoned(403, 'forbidden', 'Forbidden')
    }
    const dimension = query.get('dimensions') ?? ''
    const ready = addDays(dayOf(now().getTime(), ZONE), -1 - lag)
    const first = from < account.since ? account.since : from
    const days = eachDay(first, to < ready ? to : ready)
    const rows = dimension === 'video' ? videoRows(query, days, asked) : dayRows(dimension, days, asked)
    if (!rows) {
      const list = 'https://developers.google.com/youtube/analytics/v2/available_reports'
      const message = `The query is not supported. Check the documentation at ${list} for a list of supported queries.`
      return reasoned(400, 'badRequest', message)
    }
    const start = Number(query.get('startIndex') ?? 1) - 1
    const page = rows.slice(start, start + Number(query.get('maxResults') ?? rows.length))
    const header = (name: string, columnType: string, dataType: string) => ({ name, columnType, dataType })
    return {
      status: 200,
      body: {
        kind: 'youtubeAnalytics#resultTable',
        columnHeaders: [
          header(dimension, 'DIMENSION', 'STRING'),
          ...asked.map((name) => header(name, 'METRIC', 'INTEGER')),
        ],
        ...(page.length > 0 && { rows: page }),
      },
    }
  }

  type Metrics = readonly (typeof metrics)[number][]
  type Row = readonly (string | number)[]

  const dayRows = (dimension: string, days: readonly Day[], asked: Metrics): Row[] | undefined =>
    dimension === 'day' ? days.map((one) => [one, ...asked.map((name) => account.days?.[one]?.[name] ?? 0)]) : undefined

  /** Supported only with a descending order and at most 200 rows. */
  function videoRows(query: URLSearchParams, days: readonly Day[], asked: Metrics): Row[] | undefined {
    const [, by] = /^-(\w+)$/.exec(query.get('sort') ?? '') ?? []
    const most = Number(query.get('maxResults') ?? Number.NaN)
    const column = asked.map(String).indexOf(by ?? '')
    const [, ids] = /^video==([\w,-]+)$/.exec(query.get('filters') ?? 'video==') ?? []
    if (column < 0 || !(most >= 1 && most <= 200) || (query.has('filters') && !ids)) return undefined
    const wanted = ids?.split(',')
    if (wanted && wanted.length > 500) return undefined
    const rows = (account.videos ?? [])
      .filter(({ id, published }) => published !== undefined && (!wanted || wanted.includes(id)))
      .map((video): [string, ...number[]] => {
        const sum = (name: (typeof metrics)[number]) =>
          days.reduce((total, one) => total + (video.days?.[one]?.[name] ?? 0), 0)
        return [video.id, ...asked.map(sum)]
      })
      .filter(([, ...figures]) => figures.some((figure) => figure !== 0))
    return rows.sort((a, b) => Number(b[column + 1]) - Number(a[column + 1])).slice(0, most)
  }

  const uploadsOf = `UU${channel.slice(2)}`

  function uploads(query: URLSearchParams): SandboxAnswer {
    const known = (account.videos ?? []).filter(({ published }) => !published || happened({ at: published }))
    if (query.get('playlistId') !== uploadsOf || known.every(({ published }) => !published)) {
      const message = "The playlist identified with the request's <code>playlistId</code> parameter cannot be found."
      return reasoned(404, 'playlistNotFound', message, 'youtube.playlistItem')
    }
    const items = known.map(({ id, published }) => {
      const contentDetails = { videoId: id, ...(published && { videoPublishedAt: published }) }
      return { kind: 'youtube#playlistItem', etag: 'e', id: `${uploadsOf}.${id}`, contentDetails }
    })
    return listed('youtube#playlistItemListResponse', items, query, 50)
  }

  function channels(query: URLSearchParams): SandboxAnswer {
    const mine = query.get('mine') === 'true'
    const found = mine || query.getAll('id').includes(channel)
    const id = mine ? (account.consenter ?? channel) : channel
    const { subscribers = 0 } = account
    const today = dayOf(now().getTime(), ZONE)
    const exact = typeof subscribers === 'number' ? subscribers : subscribers(today)
    const statistics = {
      viewCount: '1000',
      ...(!account.hidesSubscribers && { subscriberCount: String(rounded(exact)) }),
      hiddenSubscriberCount: account.hidesSubscribers ?? false,
      videoCount: String((account.videos ?? []).filter(({ published: at }) => at && happened({ at })).length),
    }
    const part = partsOf(query)
    const contentDetails = { relatedPlaylists: { likes: '', uploads: uploadsOf } }
    const snippet = { title: 'The Channel', publishedAt: `${account.since}T00:00:00Z` }
    const all = { snippet, contentDetails, statistics }
    const parts = Object.fromEntries(Object.entries(all).filter(([name]) => part.includes(name)))
    const items = found ? [{ kind: 'youtube#channel', etag: 'e', id, ...parts }] : undefined
    const pageInfo = { totalResults: found ? 1 : 0, resultsPerPage: 5 }
    return { status: 200, body: { kind: 'youtube#channelListResponse', etag: 'e', pageInfo, ...(items && { items }) } }
  }

  const happened = ({ at }: Pick<YoutubeComment, 'at'>) => Date.parse(at) <= now().getTime()

  function threads(query: URLSearchParams): SandboxAnswer {
    if (query.get('allThreadsRelatedToChannelId') !== channel)
      return reasoned(404, 'channelNotFound', 'No such channel.')
    const newest = (account.comments ?? []).filter(happened).sort((a, b) => (a.at < b.at ? 1 : -1))
    const items = newest.map((thread) => {
      const given = (thread.replies ?? []).filter(happened)
      const shown = given.slice(0, account.inThread ?? 5)
      return {
        kind: 'youtube#commentThread',
        etag: 'e',
        id: thread.id,
        snippet: {
          channelId: channel,
          videoId: thread.video,
          topLevelComment: comment(thread),
          canReply: true,
          totalReplyCount: given.length,
          isPublic: true,
        },
        ...(partsOf(query).includes('replies') &&
          shown.length > 0 && { replies: { comments: shown.map((one) => comment(one, thread)) } }),
      }
    })
    return listed('youtube#commentThreadListResponse', items, query)
  }

  function replies(query: URLSearchParams): SandboxAnswer {
    const thread = account.comments?.find(({ id }) => id === query.get('parentId'))
    if (!thread) return reasoned(404, 'commentNotFound', 'No such comment.')
    const items = (thread.replies ?? []).filter(happened).map((one) => comment(one, thread))
    return listed('youtube#commentListResponse', items, query)
  }

  function comment({ id, author, at, video }: YoutubeComment, parent?: YoutubeComment): object {
    return {
      kind: 'youtube#comment',
      etag: 'e',
      id,
      snippet: {
        authorDisplayName: `name of ${author}`,
        authorProfileImageUrl: 'https://yt3.example/picture',
        ...(author !== undefined && { authorChannelId: { value: author } }),
        channelId: channel,
        videoId: video ?? parent?.video,
        ...(parent && { parentId: parent.id }),
        textDisplay: 'words of theirs',
        textOriginal: 'words of theirs',
        likeCount: 0,
        publishedAt: at,
        updatedAt: at,
      },
    }
  }

  function listed(kind: string, items: readonly object[], query: URLSearchParams, limit = 100): SandboxAnswer {
    const start = Number(Buffer.from(query.get('pageToken') ?? '', 'base64url').toString() || 0)
    const most = Number(query.get('maxResults') ?? 20)
    if (!(most >= 1 && most <= limit)) {
      return reasoned(400, 'invalidParameter', `maxResults must be within 1 and ${limit}.`)
    }
    const size = Math.min(most, account.page ?? 100)
    const page = items.slice(start, start + size)
    const more = start + size < items.length
    const pageInfo = { totalResults: page.length, resultsPerPage: size }
    const token = more && { nextPageToken: Buffer.from(String(start + size)).toString('base64url') }
    return { status: 200, body: { kind, etag: 'e', ...token, pageInfo, items: page } }
  }

  const sandbox = await serve(answer, googleErrors, account.faults)
  return {
    ...sandbox,
    tokens,
    close: async () => {
      await sandbox.close()
      await tokens.close()
    },
  }
}

/** Both spellings of several parts: one parameter with commas, and one for each. */
const partsOf = (query: URLSearchParams) => query.getAll('part').flatMap((one) => one.split(','))

/** Down to three figures, as public counts are. */
function rounded(count: number): number {
  const step = 10 ** Math.max(0, String(count).length - 3)
  return Math.floor(count / step) * step
}

interface Fields {
  [name: string]: Fields | true
}

/** Reads a partial answer's wish, such as `kind,items(id,snippet(videoId))`. */
function parseFields(text: string): Fields {
  const open: Fields[] = [{}]
  let last = ''
  for (const part of text.match(/[^,()]+|[()]/g) ?? []) {
    const here = open.at(-1)!
    if (part === '(') {
      const inner: Fields = {}
      here[last] = inner
      open.push(inner)
    } else if (part === ')') {
      open.pop()
    } else {
      here[part] = true
      last = part
    }
  }
  return open[0]!
}

function pick(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) return value.map((one) => pick(one, fields))
  if (typeof value !== 'object' || value === null) return value
  const found = Object.entries(value).filter(([name]) => Object.hasOwn(fields, name))
  return Object.fromEntries(
    found.map(([name, one]) => [name, fields[name] === true ? one : pick(one, fields[name] as Fields)]),
  )
}

/**
 * The channel of the demo: invented, with the ups and downs of the demo's website.
 * @param until the last day of its data, or up to six days after it
 */
export function demoYoutube(until: Day): Pick<YoutubeAccount, 'channel' | 'since' | 'days' | 'videos' | 'subscribers'> {
  const days = [...webDays(until)].map(([on, { views }]): [Day, YoutubeDay] => {
    const share = (of: number) => Math.round(views * of)
    return [
      on,
      {
        views: share(0.3),
        likes: share(0.012),
        comments: share(0.0015),
        shares: share(0.0025),
        subscribersGained: share(0.003),
        subscribersLost: share(0.001),
      },
    ]
  })
  /** One a week, which has half of what the channel has on its day, and half as much on each day after. */
  const videos = days
    .filter((_, at) => at % 7 === 0)
    .map(([on], week): YoutubeVideo => {
      const first = days.slice(week * 7, week * 7 + 10)
      const share = (of: YoutubeDay, age: number) =>
        Object.fromEntries(Object.entries(of).map(([name, count]) => [name, Math.floor(count / 2 ** (age + 1))]))
      return {
        id: `demo-${on}`,
        published: `${on}T18:00:00Z`,
        days: Object.fromEntries(first.map(([one, figures], age) => [one, share(figures, age)])),
      }
    })
  return {
    channel: `UC${'demo'.repeat(5)}00`,
    since: days[0]![0],
    days: Object.fromEntries(days),
    videos: videos.reverse(),
    subscribers: (today) =>
      days.reduce((sum, [on, { subscribersGained = 0, subscribersLost = 0 }]) => {
        return on <= today ? sum + subscribersGained - subscribersLost : sum
      }, 4_000),
  }
}
