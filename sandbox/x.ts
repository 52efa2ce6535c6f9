import { type Day, dayOf } from '../functions/kit/day.ts'
import type { PastPost } from './demo/past-posts.ts'
import { grown } from './facebook.ts'
import type { Fault } from './faults.ts'
import type { SandboxAnswer, SandboxRequest, VendorErrors } from './messages.ts'
import { type Sandbox, serve } from './serve.ts'
import { serveXTokens, type XTokens } from './x-token.ts'

/** A post of the account, with its lifetime counters. */
export interface XPost {
  readonly id: string
  /** An instant. */
  readonly at: string
  readonly likes?: number
  readonly replies?: number
  readonly reposts?: number
  readonly quotes?: number
  readonly bookmarks?: number
  readonly impressions?: number
  readonly clicks?: number
  /** @default - a post of its own */
  readonly is?: 'reply' | 'repost'
}

/** A post that names the account. */
export interface XMention {
  readonly id: string
  /** An instant. */
  readonly at: string
  /** Id of its author. */
  readonly by: string
  /** The post of the account that it replies to. @default - none */
  readonly repliesTo?: string
}

export interface XAccount {
  readonly id: string
  readonly followers?: number | (() => number)
  readonly posts?: readonly XPost[]
  readonly mentions?: readonly XMention[]
  /** The clock: what happens after it has not happened. @default - the real time */
  readonly now?: () => Date
  /** How fields and parameters are spelled. @default 'tweet' */
  readonly spelling?: 'tweet' | 'post'
  /** Requests to one endpoint until its 15 minutes are over. @default 900 */
  readonly requests?: number
  /** Posts that answers leave out, saying so beside the data. @default - none */
  readonly withheld?: readonly string[]
  /** The refresh token that the account's consent gave. @default - one that is the same in every run */
  readonly refreshToken?: string
  /** What was consented to. @default - all that reading takes */
  readonly scope?: string
  /** The account whose consent it is. @default - this one */
  readonly consenter?: string
  readonly faults?: readonly Fault[]
}

export interface XSandbox extends Sandbox {
  readonly tokens: XTokens
  /** US dollars charged so far: each item once per UTC day. */
  charged(): number
  /** Refuses everything for want of money from now on; undefined ends it. */
  block(by: keyof typeof blocks | undefined): void
}

const TYPES = 'https://api.twitter.com/2/problems/'
const problem = (status: number, title: string, detail: string, type = 'about:blank', more: object = {}) => ({
  status,
  body: { title, detail, type, status, ...more },
})

/** Bodies of X's gateway. */
const errors: VendorErrors = {
  tooMany: problem(429, 'Too Many Requests', 'Too Many Requests').body,
  broken: problem(500, 'Internal Server Error', 'Something is broken.').body,
  expired: problem(401, 'Unauthorized', 'Unauthorized').body,
  revoked: problem(401, 'Unauthorized', 'Unauthorized').body,
}

const capped = (period: string) =>
  problem(429, 'UsageCapExceeded', `Usage cap exceeded: ${period} product cap`, `${TYPES}usage-capped`, {
    period,
    scope: 'Product',
  })
const blocks = {
  daily: capped('Daily'),
  monthly: capped('Monthly'),
  credits: problem(402, 'CreditsDepleted', 'Your enrolled account has no credits.', `${TYPES}credits`),
}

const WINDOW = 15 * 60_000
/** How far back a timeline goes; without replies no further than the newest 800, which counts them ("Timelines"). */
const shownOf = (edge: string, query: URLSearchParams) =>
  edge === 'tweets' && !query.get('exclude')?.includes('replies') ? 3_200 : 800

/** Fields of a post that the newer spelling knows; accounts are expanded only (OpenAPI description 2.167). */
const POST_FIELDS = ['id', 'text', 'created_at', 'public_metrics', 'non_public_metrics', 'conversation_id', 'lang']
const PRICES = { post: 0.005, user: 0.01 }
const YOUNG = 30 * 86_400_000

/** Plays X's API v2 on loopback: timelines, an account, single-use refresh tokens, limits, caps, charges. */
export async function simulateX(account: XAccount): Promise<XSandbox> {
  const { now = () => new Date(), spelling = 'tweet', requests = 900 } = account
  const { tokens, isLiving } = await serveXTokens(account.refreshToken, account.scope)
  const windows = new Map<string, { since: number; used: number }>()
  const charges = new Map<string, number>()
  let blocked: keyof typeof blocks | undefined

  function answer(request: SandboxRequest): SandboxAnswer {
    const [version, users, id, edge = ''] = request.path.split('/').filter(Boolean)
    const date = { date: now().toUTCString() }
    if (!isLiving(request)) return { ...problem(401, 'Unauthorized', 'Unauthorized'), headers: date }
    const known = version === '2' && users === 'users' && id !== undefined && ['', 'tweets', 'mentions'].includes(edge)
    if (!known || request.method !== 'GET') return problem(404, 'Not Found', 'Not Found')
    const { left, reset } = use(edge)
    const headers = {
      ...date,
      'x-rate-limit-limit': String(requests),
      'x-rate-limit-remaining': String(Math.max(0, left)),
      'x-rate-limit-reset': String(Math.ceil(reset / 1_000)),
    }
    if (blocked) return { ...blocks[blocked], headers }
    if (left < 0) return { ...problem(429, 'Too Many Requests', 'Too Many Requests'), headers }
    const { scope = 'users.read tweet.read' } = account
    // Every one of these endpoints takes both (OpenAPI description).
    if (!/users\.read/.test(scope) || !/tweet\.read/.test(scope))
      return { ...problem(403, 'Forbidden', 'Forbidden'), headers }
    return { ...(edge === '' ? user(id!, request.query) : timeline(edge, id!, request.query)), headers }
  }

  function use(edge: string): { left: number; reset: number } {
    const time = now().getTime()
    const old = windows.get(edge)
    const open = old && time < old.since + WINDOW ? old : { since: time, used: 0 }
    open.used++
    windows.set(edge, open)
    return { left: requests - open.used, reset: open.since + WINDOW }
  }

  function charge(item: string, price: number): void {
    charges.set(`${dayOf(now().getTime(), 'UTC')} ${item}`, price)
  }

  const absent = (id: string) => ({
    status: 200,
    body: {
      errors: [
        {
          ...{ value: id, resource_id: id, parameter: 'id', resource_type: 'user', title: 'Not Found Error' },
          ...{ detail: `Could not find user with id: [${id}].`, type: `${TYPES}resource-not-found` },
        },
      ],
    },
  })

  function user(id: string, query: URLSearchParams): SandboxAnswer {
    const wrong = unknown(query, ['user.fields', 'expansions'])
    if (wrong) return wrong
    const known = id === 'me' ? (account.consenter ?? account.id) : id
    if (id !== 'me' && id !== account.id) return absent(id)
    charge(`user ${known}`, PRICES.user)
    const { followers = 0 } = account
    const followers_count = typeof followers === 'number' ? followers : followers()
    const shown = { followers_count, following_count: 9, [`${spelling}_count`]: 10, listed_count: 1, like_count: 3 }
    const wanted = query.get('user.fields')?.split(',').includes('public_metrics')
    return {
      status: 200,
      body: { data: { id: known, name: 'Name', username: 'name', ...(wanted && { public_metrics: shown }) } },
    }
  }

  function timeline(edge: string, id: string, query: URLSearchParams): SandboxAnswer {
    const parameters = ['max_results', 'pagination_token', 'start_time', 'end_time', `${spelling}.fields`, 'expansions']
    const wrong = unknown(query, edge === 'tweets' ? [...parameters, 'exclude'] : parameters)
    if (wrong) return wrong
    if (id !== account.id) return absent(id)
    const odd = spelling === 'post' ? wanted(query).find((name) => !POST_FIELDS.includes(name)) : undefined
    if (odd) {
      const message = `The \`post.fields\` query parameter value [${odd}] is not one of [${POST_FIELDS.join(',')}]`
      return refused(message, 'post.fields')
    }
    const size = Number(query.get('max_results') ?? 10)
    if (!(size >= 5 && size <= 100)) {
      return refused(`The \`max_results\` query parameter value [${size}] is not between 5 and 100`, 'max_results')
    }
    const [from, to] = [query.get('start_time'), query.get('end_time')]
    for (const [name, time] of Object.entries({ start_time: from, end_time: to })) {
      if (time !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(time)) return refused('no time', name)
    }
    if (to !== null && Date.parse(to) > now().getTime() - 10_000) {
      return refused("'end_time' must be a minimum of 10 seconds prior to the request time.", 'end_time')
    }
    const token = query.get('pagination_token')
    const start = token === null ? 0 : Number.parseInt(token.replace(/^7140dibdnow9c7btw/, ''), 36)
    if (Number.isNaN(start))
      return refused('The `pagination_token` query parameter value is not valid', 'pagination_token')
    const all = edge === 'tweets' ? ownPosts(query) : mentioning(query)
    const found = all
      .filter(({ at }) => Date.parse(at) <= now().getTime())
      .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
      .slice(0, shownOf(edge, query))
      .filter(({ at }) => from === null || Date.parse(at) >= Date.parse(from))
      .filter(({ at }) => to === null || Date.parse(at) < Date.parse(to))
    // What is excluded leaves a page after it was cut off, so that pages may be short.
    const page = found.slice(start, start + size).filter(({ is }) => !isExcluded(query, is))
    const given = page.filter((one) => !account.withheld?.includes(one.id))
    const cut = page.filter((one) => account.withheld?.includes(one.id))
    for (const one of given) charge(`post ${one.id}`, PRICES.post)
    const expanded = ['author_id', 'in_reply_to_user_id'].filter((name) => expansions(query).includes(name))
    const users = new Set(given.flatMap(({ body }) => expanded.flatMap((name) => String(body[name] ?? '') || [])))
    for (const one of users) charge(`user ${one}`, PRICES.user)
    const next = start + size < found.length && `7140dibdnow9c7btw${(start + size).toString(36)}`
    const left = cut.map(({ id: value }) => ({
      ...{ value, resource_id: value, parameter: 'id', resource_type: 'tweet', title: 'Authorization Error' },
      ...{ detail: `Sorry, you are not authorized to see [${value}].`, type: `${TYPES}not-authorized-for-resource` },
    }))
    const edges = given.length > 0 && { newest_id: given[0]!.id, oldest_id: given.at(-1)!.id }
    return {
      status: 200,
      body: {
        ...(given.length > 0 && { data: given.map(({ body }) => body) }),
        ...(users.size > 0 && {
          includes: { users: [...users].map((one) => ({ id: one, name: 'N', username: 'n' })) },
        }),
        ...(left.length > 0 && { errors: left }),
        meta: { ...(next && { next_token: next }), result_count: given.length, ...edges },
      },
    }
  }

  const wanted = (query: URLSearchParams) => query.get(`${spelling}.fields`)?.split(',') ?? []
  const expansions = (query: URLSearchParams) => query.get('expansions')?.split(',') ?? []
  const shown = (id: string, fields: Readonly<Record<string, unknown>>, query: URLSearchParams) => {
    const named = [...wanted(query), ...expansions(query)]
    return {
      id,
      text: 'words of theirs',
      [`edit_history_${spelling}_ids`]: [id],
      ...Object.fromEntries(Object.entries(fields).filter(([name]) => named.includes(name))),
    } as Readonly<Record<string, unknown>>
  }

  function isExcluded(query: URLSearchParams, is: XPost['is']): boolean {
    const without = query.get('exclude')?.split(',') ?? []
    return (is === 'reply' && without.includes('replies')) || (is === 'repost' && without.includes('retweets'))
  }

  function ownPosts(query: URLSearchParams) {
    return (account.posts ?? []).map((post) => {
      const { id, at, is } = post
      const isYoung = Date.parse(at) > now().getTime() - YOUNG
      const public_metrics = {
        [spelling === 'tweet' ? 'retweet_count' : 'repost_count']: post.reposts ?? 0,
        reply_count: post.replies ?? 0,
        like_count: post.likes ?? 0,
        quote_count: post.quotes ?? 0,
        bookmark_count: post.bookmarks ?? 0,
        impression_count: post.impressions ?? 0,
      }
      const own = { impression_count: post.impressions ?? 0, url_link_clicks: post.clicks ?? 0 }
      const fields = { created_at: new Date(at).toISOString(), public_metrics, author_id: account.id }
      return { id, at, is, body: shown(id, { ...fields, ...(isYoung && { non_public_metrics: own }) }, query) }
    })
  }

  function mentioning(query: URLSearchParams) {
    return (account.mentions ?? []).map(({ id, at, by, repliesTo }) => {
      const reply = repliesTo !== undefined && { in_reply_to_user_id: account.id, conversation_id: repliesTo }
      const fields = { created_at: new Date(at).toISOString(), author_id: by, conversation_id: id, ...reply }
      return { id, at, is: undefined, body: shown(id, fields, query) }
    })
  }

  const sandbox = await serve(answer, errors, account.faults)
  return {
    ...sandbox,
    tokens,
    charged: () => Math.round([...charges.values()].reduce((sum, price) => sum + price * 1e6, 0)) / 1e6,
    block: (by) => {
      blocked = by
    },
    close: async () => {
      await sandbox.close()
      await tokens.close()
    },
  }
}

function refused(message: string, parameter: string): SandboxAnswer {
  const detail = 'One or more parameters to your request was invalid.'
  const list = { errors: [{ parameters: { [parameter]: [''] }, message }] }
  return problem(400, 'Invalid Request', detail, `${TYPES}invalid-request`, list)
}

function unknown(query: URLSearchParams, known: readonly string[]): SandboxAnswer | undefined {
  const name = [...query.keys()].find((one) => !known.includes(one))
  return name === undefined
    ? undefined
    : refused(`The query parameter [${name}] is not one of [id,${known.join(',')}]`, name)
}

const HOUR = 3_600_000
/** Stands for what the data does not hold; synthetic, never random. */
const VIEWS_PER_LIKE = 55
const PEOPLE = 140
const FOLLOWERS_AT_FIRST = 1_900

/**
 * An account out of real posts, every third of them: a third of their reactions are its likes, and so on, growing as the
 * post ages; views and followers are derived from them, and each fifth comment names the account.
 */
export function demoX(past: readonly PastPost[], now: () => Date): Pick<XAccount, 'posts' | 'mentions' | 'followers'> {
  const used = past.filter((_, i) => i % 3 === 0)
  const idOf = ({ id }: PastPost) => `19${id.replace(/\D/g, '').slice(-15).padStart(15, '0')}`
  return {
    posts: used.map((post) => {
      const of = (end: number) => Math.floor(end * grown(post.createdAt, now()))
      return {
        id: idOf(post),
        at: post.createdAt,
        get likes() {
          return of(post.reactions / 3)
        },
        get replies() {
          return of(post.comments / 5)
        },
        get reposts() {
          return of(post.shares / 2)
        },
        get quotes() {
          return of(post.shares / 10)
        },
        get bookmarks() {
          return of(post.reactions / 40)
        },
        get impressions() {
          return of(60 + (post.reactions / 3) * VIEWS_PER_LIKE)
        },
      }
    }),
    mentions: used.flatMap((post, n) =>
      Array.from({ length: Math.min(60, Math.floor(post.comments / 5)) }, (_, i) => ({
        id: `${idOf(post)}${String(i).padStart(2, '0')}`,
        at: new Date(Date.parse(post.createdAt) + (i + 1) * HOUR).toISOString(),
        by: String(880_000 + ((n * 11 + i * 17) % PEOPLE)),
        ...(i % 4 !== 0 && { repliesTo: idOf(post) }),
      })),
    ),
    followers: () => {
      const today: Day = dayOf(now().getTime(), 'UTC')
      const before = used.filter(({ createdAt }) => dayOf(Date.parse(createdAt), 'UTC') < today)
      return before.reduce((sum, { reactions }) => sum + Math.round(reactions / 45), FOLLOWERS_AT_FIRST)
    },
  }
}
