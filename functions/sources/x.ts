import * as z from 'zod'
import { audience, interactions, posts } from '../facts.ts'
import type { Api } from '../kit/api.ts'
import { noRepeat } from '../kit/cursor.ts'
import { addDays, bounds, day, dayOf } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { Http } from '../kit/http.ts'
import { missingFrom, unlessRefused } from '../kit/missing.ts'
import type { Page } from '../kit/page.ts'
import { person } from '../kit/person.ts'
import { readPage } from '../kit/read-page.ts'
import type { Missing, Note, Probed, Probing, Reading, Stream, Turn } from '../kit/source.ts'
import type { Reserved, Wanted } from '../kit/spend.ts'

/** Fewest items that X lets one ask for in a page, and most. */
const LEAST = 5
const MOST = 100

const Usd = z.number().min(0)
const Spending = z.strictObject({
  /** US dollars that may be spent in a UTC day, by all readings of all streams together. */
  budget: Usd,
  /** US dollars for each item that is read; a post is 0.001 as an owned read. @default - 0.005 a post, 0.01 an account */
  prices: z.strictObject({ post: Usd.default(0.005), user: Usd.default(0.01) }).prefault({}),
  /** Read mentions, and replies one by one, with their authors. @default true */
  mentions: z.boolean().default(true),
  /** How X spells the parameter that names a post's fields. @default 'tweet.fields' */
  fields: z.enum(['tweet.fields', 'post.fields']).default('tweet.fields'),
})
type Spending = z.output<typeof Spending>
const Options = Spending.extend({
  /** Id of the account. */
  account: z.string().regex(/^\d{1,19}$/, "expected the account's id, digits only, as text"),
  /** Read clicks on links too: only of the account whose consent it is. @default false */
  clicks: z.boolean().default(false),
  /** @default 'https://api.x.com' */
  baseUrl: z.url().default('https://api.x.com'),
  /** @default - `2/oauth2/token` under `baseUrl` */
  tokenUrl: z.url().optional(),
}).superRefine((options, { addIssue }) => {
  const least = leastOf(options)
  const why = `each stream of posts has to afford ${LEAST} of them a day, and the followers one account`
  const message = `too small: ${why}; expected ${usd(least)} at the least`
  if (micro(options.budget) < least) addIssue({ code: 'custom', path: ['budget'], message })
})
type Options = z.output<typeof Options>

/** Money is counted in millionths of a dollar: sums of fractions are not exact. */
const micro = (usd: number) => Math.round(usd * 1e6)
const usd = (amount: number) => `${amount / 1e6} USD`

/** What posts, and mentions, may each spend in a UTC day: followers have the price of one account. */
function share({ budget, prices, mentions }: Spending): number {
  return Math.floor((micro(budget) - micro(prices.user)) / (mentions ? 2 : 1))
}

/** The smallest budget of a UTC day that lets every stream go on. */
function leastOf(options: Spending): number {
  const { prices, mentions } = options
  return micro(prices.user) + LEAST * (mentions ? 2 * priceOf('mentions', options) : priceOf('tweets', options))
}

/** What a post may cost together with the accounts that come with it: its author, and whom it replies to. */
function priceOf(edge: Edge, { prices, fields }: Spending): number {
  return micro(prices.post) + (expands(edge, fields) ? 2 * micro(prices.user) : 0)
}

/** The newer spelling has no fields for these two accounts: they are expanded or not known (OpenAPI description 2.167). */
const expands = (edge: Edge, fields: Spending['fields']) => edge === 'mentions' && fields === 'post.fields'

type Edge = 'tweets' | 'mentions'

const Id = z.string().min(1)
const Count = z.int().min(0).nullish()
/** Lifetime counters, in both spellings. */
const Counters = z.object({
  retweet_count: Count,
  repost_count: Count,
  quote_count: Count,
  reply_count: Count,
  like_count: Count,
  bookmark_count: Count,
  impression_count: Count,
})
const Instant = z.iso.datetime({ offset: true })
const Post = z.object({
  id: Id,
  created_at: Instant,
  public_metrics: Counters,
  non_public_metrics: z.object({ url_link_clicks: Count }).nullish(),
  /** The day it was read for. */
  day: z.string(),
})
const Mention = z.object({
  id: Id,
  created_at: Instant,
  author_id: Id.nullish(),
  in_reply_to_user_id: Id.nullish(),
  /** Id of the post that began it. */
  conversation_id: Id.nullish(),
})
const Followers = z.object({ public_metrics: z.object({ followers_count: z.int().min(0) }), day: z.string() })

/** RFC 7807, as X fills it in: with `errors` in a refused request, and within `errors` beside data. */
const Said = z
  .string()
  .nullish()
  .transform((text) => text ?? '')
const Problem = z.object({ title: Said, type: Said, detail: Said, period: Said })
const orNone = <Z extends z.ZodType>(list: z.ZodArray<Z>) => list.nullish().transform((items) => items ?? [])
const Errors = orNone(z.array(Problem))
const Listed = z.object({
  data: orNone(z.array(z.looseObject({}))),
  includes: z.object({ users: z.array(z.object({ id: Id })).nullish() }).nullish(),
  meta: z.object({ next_token: z.string().nullish() }),
  errors: Errors,
})
const Account = z.object({ data: z.looseObject({}), errors: Errors })

/** The last part of a problem's type, such as `usage-capped`. */
const kindOf = ({ type }: z.output<typeof Problem>) => type.split('/').at(-1)!

const POST_DAYS = 30
const DAY = 86_400_000
/** X refuses an `end_time` that lies less than some seconds back. */
const LATEST = 30_000
/** X gives the newest 800 mentions, and where replies are excluded, looks at the newest 800 posts (docs.x.com, "Timelines"). */
const SHOWN = 800
/** X refuses times before 6 November 2010. */
const EARLIEST = day('2010-11-07')

/** Where a reading of posts stands: the next page, and how many X has looked at. */
const Place = z.object({ token: z.string().nullable(), count: z.int() })

const time = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
const utcDay = (ms: number) => dayOf(ms, 'UTC')

/**
 * Reserves what a request may cost.
 * @throws `limited`, with what was spent and on what, where the budget of the UTC day does not allow for it
 */
async function afford(
  { spend, options }: Pick<Reading<Options>, 'spend' | 'options'>,
  wanted: Pick<Wanted, 'purpose' | 'request' | 'items' | 'least' | 'most' | 'share'>,
): Promise<Reserved & { granted: number }> {
  const budget = micro(options.budget)
  const reserved = await spend.reserve({ ...wanted, budget, currency: 'usd' })
  const { granted, today } = reserved
  if (granted !== null) return { ...reserved, granted }
  const { purpose, share, least } = wanted
  const spent = Object.entries(today.by).map(([of, amount]) => `${usd(amount)} on ${of}`)
  const left = `${usd(today.left)} of the ${usd(share)} for ${purpose} are left, and the next request may cost ${usd(least)}`
  const message = `spent of budget ${options.budget} USD this UTC day: ${spent.join(', ') || 'nothing'}; ${left}: wait for the next day, or raise option budget`
  throw new TidemarkError('limited', message, { retryAfter: secondsToMidnight(Date.now()) })
}

/** Pages are never asked for larger than what is left of the stream's share can pay. */
async function* readPosts(
  reading: Reading<Options>,
  edge: Edge,
  query: Readonly<Record<string, string | undefined>>,
  context: { readonly [key: string]: string },
): AsyncGenerator<Turn, void, void> {
  const { http, options, resume } = reading
  const path = `2/users/${options.account}/${edge}`
  const purpose = edge === 'tweets' ? 'posts' : edge
  const each = priceOf(edge, options)
  const cost = { purpose, least: LEAST * each, most: MOST * each, share: share(options) }
  const once = noRepeat()
  let place = resume === null ? { token: null, count: 0 } : Place.parse(resume)
  for (;;) {
    const asked = { ...query, pagination_token: place.token }
    const { granted, settle } = await afford(reading, { ...cost, request: JSON.stringify([path, asked]) })
    const size = each > 0 ? Math.floor(granted / each) : MOST
    const { bytes, body } = await http.get(path, { query: { ...asked, max_results: size }, schema: Listed })
    const { left } = await settle([
      ...body.data.map(({ id }, i) => ({
        id: `post ${id ?? `${place.token} ${i}`}`,
        price: micro(options.prices.post),
      })),
      ...(body.includes?.users ?? []).map(({ id }) => ({ id: `user ${id}`, price: micro(options.prices.user) })),
    ])
    const token = once(body.meta.next_token || null)
    // What is excluded is taken from a page after it was cut off.
    const filled = token !== null || edge === 'tweets' ? size : body.data.length + body.errors.length
    const count = place.count + filled
    place = { token, count }
    const notes = partial(body.errors)
    if (token !== null && left < cost.least) {
      const message = `the budget of ${options.budget} USD a UTC day is used up: the rest is read after midnight UTC`
      notes.push({ code: 'budget', message })
    }
    if (count >= SHOWN) {
      const all =
        edge === 'tweets'
          ? `looks only at the newest ${SHOWN} posts and replies`
          : `gives only the newest ${SHOWN} mentions`
      notes.push({ code: `${purpose}_cut`, message: `X ${all}: earlier ${purpose} may be missing` })
    }
    const kept = { ...context, notes: notes.map((note) => ({ ...note })) }
    yield { page: { bytes, context: kept }, resume: token === null ? null : place }
    if (token === null) return
  }
}

/** What X left out of an answer that has data nevertheless. */
function partial(errors: readonly z.output<typeof Problem>[]): Note[] {
  const kinds = [...new Set(errors.map((problem) => kindOf(problem) || problem.title))]
  return kinds.map((kind) => ({ code: 'partial', message: `X left something out of an answer: ${kind}` }))
}

const notes = ({ context }: Page) => (context as { notes?: readonly Note[] } | undefined)?.notes ?? []

/** Rows of a page; `day` is that which it was read for. */
function* rows(page: Page): Iterable<Record<string, unknown>> {
  const { day } = (page.context ?? {}) as { day?: string }
  for (const row of [readPage('X', z.union([Account, Listed]), page).data].flat()) yield { ...row, day }
}

const ownPosts: Stream<Options, z.output<typeof Post>> = {
  kind: 'level',
  facts: ['posts'],
  past: false,
  record: Post,
  pages: (reading) => {
    const { options, from, range, now } = reading
    const wanted = ['created_at', 'public_metrics', ...(options.clicks ? ['non_public_metrics'] : [])]
    // Figures that are not public are refused for posts that are 30 days old.
    const young = options.clicks ? now.getTime() - POST_DAYS * DAY + 3_600_000 : 0
    const query = {
      start_time: time(Math.max(range.end - POST_DAYS * DAY, young)),
      end_time: time(Math.min(range.end, now.getTime() - LATEST)),
      exclude: 'retweets,replies',
      [options.fields]: wanted.join(),
    }
    return readPosts(reading, 'tweets', query, { day: from })
  },
  records: rows,
  notes,
  key: ({ id }) => id,
  map: ({ id, day, created_at, public_metrics: of, non_public_metrics }) => {
    const reposts = of.repost_count ?? of.retweet_count
    const passedOn = [reposts, of.quote_count].filter((count) => typeof count === 'number')
    return posts({
      id,
      at: day,
      channel: 'social',
      published: created_at,
      impressions: of.impression_count,
      likes: of.like_count,
      comments: of.reply_count,
      shares: passedOn.length > 0 ? passedOn.reduce((sum, count) => sum + count, 0) : undefined,
      saves: of.bookmark_count,
      clicks: non_public_metrics?.url_link_clicks,
    })
  },
}

const mentions = (own: string): Stream<Options, z.output<typeof Mention>> => ({
  kind: 'events',
  facts: ['interactions'],
  emits: ['social.comment'],
  record: Mention,
  // One chain, so that one budget covers it.
  span: 3_660,
  since: () => EARLIEST,
  pages: (reading) => {
    const { options, range, now } = reading
    const query = {
      start_time: time(range.start),
      end_time: range.end <= now.getTime() - LATEST ? time(range.end) : undefined,
      ...(expands('mentions', options.fields)
        ? { [options.fields]: 'created_at,conversation_id', expansions: 'author_id,in_reply_to_user_id' }
        : { [options.fields]: 'created_at,author_id,in_reply_to_user_id,conversation_id' }),
    }
    return readPosts(reading, 'mentions', query, {})
  },
  records: rows,
  notes,
  key: ({ id }) => id,
  map: ({ id, created_at: at, author_id, in_reply_to_user_id, conversation_id }) => {
    const isOwn = author_id === own
    const isReply = in_reply_to_user_id === own
    return interactions({
      id,
      at,
      channel: 'social',
      kind: isReply ? 'comment' : 'mention',
      initiator: isOwn ? 'company' : 'customer',
      customer: isOwn ? undefined : person({ id: author_id, of: 'x' }),
      content: isReply ? conversation_id : undefined,
    })
  },
})

const followers: Stream<Options, z.output<typeof Followers>> = {
  kind: 'level',
  facts: ['audience'],
  past: false,
  record: Followers,
  async *pages(reading) {
    const { http, options, from } = reading
    const path = `2/users/${options.account}`
    const price = micro(options.prices.user)
    const id = `user ${options.account}`
    const cost = { purpose: 'followers', items: [id], least: price, most: price, share: price }
    const { settle } = await afford(reading, { ...cost, request: path })
    const { bytes, body } = await http.get(path, { query: { 'user.fields': 'public_metrics' }, schema: Account })
    await settle([{ id, price }])
    const kept = partial(body.errors).map((note) => ({ ...note }))
    yield { page: { bytes, context: { day: from, notes: kept } }, resume: null }
  },
  records: rows,
  notes,
  key: ({ day }) => day,
  map: ({ day: at, public_metrics: { followers_count: value } }) =>
    audience({ at, channel: 'social', kind: 'followers', value }),
}

const TokenRefusal = z.object({ error: z.string(), error_description: Said })
const Refused = z.object({
  ...Problem.shape,
  errors: orNone(z.array(z.looseObject({ message: z.string().nullish() }))),
  data: z.unknown().optional(),
  meta: z.unknown().optional(),
})

const HIDDEN = /^(not-authorized-for-field|field-unauthorized)$/

/** Daily caps end with the UTC day; everything else that credit blocks, only the operator can free. */
function failure({ status, headers, body }: Parameters<NonNullable<Api['failure']>>[0]): TidemarkError | undefined {
  const token = TokenRefusal.safeParse(body)
  if (token.success) return tokenFailure(status, token.data)
  const { data: refused } = Refused.safeParse(body)
  if (!refused) return undefined
  const errors = status === 200 ? (Errors.safeParse(refused.errors).data ?? []) : []
  // Without data, the first of the errors says what is wrong with all of it.
  const [first] = errors
  const problem = first ?? refused
  const { title, detail, period } = problem
  const kind = kindOf(problem)
  const said = `X says ${title || kind || status}${detail && detail !== title ? ` (${detail.slice(0, 200)})` : ''}`
  if (status === 200 && ((refused.data ?? null) !== null || (refused.meta ?? null) !== null)) {
    const isEmpty = [refused.data ?? []].flat().length === 0
    const isHidden = isEmpty && first !== undefined && errors.every((one) => HIDDEN.test(kindOf(one)))
    const why = 'these figures are shown to the account itself only: authorise as it, or leave out option clicks'
    return isHidden ? new TidemarkError('credentials', `${said}; ${why}`) : undefined
  }
  if (kind === 'usage-capped' && period === 'Daily') {
    const retryAfter = secondsToMidnight(Date.parse(headers.date ?? '') || Date.now())
    return new TidemarkError('limited', `${said}: the cap ends at midnight UTC`, { retryAfter })
  }
  if (status === 402 || kind === 'usage-capped' || kind.startsWith('credits') || /SpendCap|Credits/.test(title)) {
    const what = 'waiting does not cure it: buy credits, or raise the spending limit, in the developer console of X'
    return new TidemarkError('credentials', `${said}; ${what}`)
  }
  if (/^(resource-not-found|disallowed-resource)$/.test(kind)) return invalid(`${said}; correct option account`)
  if (status === 401) {
    return new TidemarkError('credentials', `${said} to an access token that is new; authorise the account again`)
  }
  if (kind === 'client-forbidden') {
    const needs = 'attach it to a project or package with access to API v2, and credit, in the developer console of X'
    return new TidemarkError('credentials', `${said}; the app lacks access: ${needs}`)
  }
  if (status === 403 || HIDDEN.test(kind) || /^not-authorized|^unsupported-authentication$/.test(kind)) {
    const needs = 'consent to the scopes tweet.read, users.read and offline.access, in an app with access to API v2'
    return new TidemarkError('credentials', `${said}; give it ${needs}`)
  }
  if (status === 400 || kind === 'invalid-request') {
    const why = refused.errors.find(({ message }) => message)?.message?.slice(0, 200)
    const spelling = /(tweet|post)\.fields/.test(why ?? '') ? "; set option 'fields' to the other spelling" : ''
    return new TidemarkError('changed', `${said}: ${why ?? 'no reason given'}${spelling}`)
  }
  if (status === 200 && (title || kind)) return new TidemarkError('unavailable', `200 with an error: ${said}`)
  return undefined
}

function tokenFailure(status: number, { error, error_description: why }: z.output<typeof TokenRefusal>) {
  const said = `the token endpoint says ${error.slice(0, 60)}${why && ` (${why.slice(0, 120)})`}`
  if (status === 200) return new TidemarkError('unavailable', said)
  if (status !== 400 && status !== 401 && status !== 403) return undefined
  if (/_client$/.test(error) || /client_id/.test(why)) {
    const correct = "correct secrets 'clientId' and 'clientSecret', of an app that is a confidential client"
    return new TidemarkError('credentials', `${said}: ${correct}`)
  }
  if (error === 'invalid_request' && !/token/i.test(why)) return new TidemarkError('changed', said)
  return new TidemarkError('credentials', `${said}: the consent has ended or its token was used up; authorise again`)
}

function secondsToMidnight(now: number): number {
  return Math.ceil((bounds(addDays(utcDay(now), 1), 'UTC').start - now) / 1_000)
}

/** A refresh token serves once: its successor is saved before anything else is done. */
async function accessToken(http: Http, url: string, secret: (name: string) => Promise<string>) {
  const client = `${await secret('clientId')}:${await secret('clientSecret')}`
  const { body } = await http.post(url, {
    form: { grant_type: 'refresh_token', refresh_token: await secret('refreshToken') },
    headers: { authorization: `Basic ${Buffer.from(client).toString('base64')}` },
    schema: z.object({ access_token: z.string().min(1), refresh_token: z.string().min(1).nullish() }),
  })
  return body
}

/**
 * Seconds until the limit ends that is used up: the one of a quarter of an hour, or one of a day, which plans from before
 * pay per use have for app and user (plhery/node-twitter-api-v2 issues 495 and 553).
 */
function untilReset(headers: Readonly<Record<string, string>>): number | undefined {
  const limits = ['x-rate-limit', 'x-app-limit-24hour', 'x-user-limit-24hour']
  const [quarter, ...usedUp] = ['x-rate-limit', ...limits.filter((limit) => headers[`${limit}-remaining`] === '0')]
  const resets = (usedUp.length > 0 ? usedUp : [quarter]).map((limit) =>
    Number(headers[`${limit}-reset`] ?? Number.NaN),
  )
  const reset = Math.max(...resets)
  return Number.isNaN(reset) ? undefined : reset - (Date.parse(headers.date ?? '') || Date.now()) / 1_000
}

/** Requests that are left of the quarter of an hour. */
function quota(headers: Readonly<Record<string, string>>) {
  const remaining = headers['x-rate-limit-remaining']
  return remaining !== undefined && /^\d+$/.test(remaining) ? { requests: Number(remaining) } : undefined
}

const scopesFor: Readonly<Record<string, string>> = {
  'tweet.read': 'posts and mentions',
  'users.read': 'followers',
  'offline.access': 'a refresh token, and so for any run after the first',
}

/**
 * The account, as `followers` reads it: X charges an account once per UTC day, so this costs nothing on a day on which
 * followers are read (docs.x.com, "X API pay-per-usage pricing"). Clicks are shown only to the account itself: then it is
 * asked who consented, at the same price.
 */
async function probe({ http, options, scopes }: Probing<Options>): Promise<Probed> {
  const { account, clicks, prices } = options
  const missing = (): readonly Missing[] => {
    const again = `authorise account ${account} again with all of ${Object.keys(scopesFor).join(' ')}`
    return missingFrom(
      scopes(),
      Object.entries(scopesFor).map(([permission, reads]) => ({ permission, for: reads, grant: again })),
    )
  }
  const Named = z.object({ data: z.object({ id: z.string(), name: z.string(), username: z.string() }) })
  const call = http.get(clicks ? '2/users/me' : `2/users/${account}`, { schema: Named })
  const data = (await unlessRefused(call, () => missing().length > 0))?.body.data
  const grant = `authorise as account ${account}: the consent is that of @${data?.username} (${data?.id})`
  const other =
    data && data.id !== account ? [{ permission: 'consent of the account itself', for: 'clicks', grant }] : []
  return {
    account: data?.id === account ? `@${data.username} '${data.name}' (${account})` : account,
    details: { cost: `${usd(micro(prices.user))} at the most, once per UTC day: 'followers' reads the same account` },
    missing: [...missing(), ...other],
  }
}

/**
 * X (Twitter), by its API v2: lifetime counters of the account's own posts of the last 30 days, mentions and replies one
 * by one, followers now.
 *
 * Needs an app with credit (pay per use) and the account's consent to `tweet.read`, `users.read` and `offline.access`:
 * secrets `clientId`, `clientSecret` (of a confidential client) and `refreshToken`, which X replaces at every refresh.
 * - **Money** (docs.x.com, "X API pay-per-usage pricing"): a post costs 0.005 USD, an account 0.01. Where the consenting
 *   account owns the app, posts and mentions are owned reads at 0.001 (changelog of 16 April 2026): set `prices.post`.
 *   X charges an item once per UTC day. `budget` is for a UTC day and all readings in it: followers have the price of one
 *   account of it, posts and mentions equal parts of the rest. What a request may cost is reserved before it is sent;
 *   none is sent that could exceed a part: the reading then waits for midnight UTC. An item counts once a day, as X
 *   charges it.
 * - **Counters** are lifetime ones: shares are reposts and quotes. Reposts of others and own replies are not read; still,
 *   X looks no further than the newest 800 posts and replies, which a run warns of that may have met that end.
 * - **Mentions**: the newest 800 only. A reply to the account is a comment; it counts in place of the change of the
 *   counters. A post deleted later stays counted. Texts come unasked, and names in the newer spelling: raw pages hold
 *   them, facts do not.
 * - **Spelling**: Tweet was renamed Post. Answers are understood in both; option `fields` says which one X is asked in,
 *   and answers in. In the newer one a mention's accounts come as expansions, and each may cost as much as an account.
 * - 200 may hold `errors` beside data: they become warnings. Problem `usage-capped` and 402 are no rate limits (body
 *   quoted in xdevplatform/xdk issue 25): a daily cap is waited for, any other is for the operator.
 * - Limits: 900 requests per 15 minutes for posts, 300 for mentions. Days of mentions are the reporting zone's.
 */
export const x = defineSource({
  name: 'x',
  docs: 'https://docs.x.com/x-api/posts/timelines/integrate',
  options: Options,
  secrets: ['clientId', 'clientSecret', 'refreshToken'],
  probe,
  api: ({ options }) => {
    const baseUrl = options.baseUrl.replace(/\/?$/, '/')
    const tokenUrl = options.tokenUrl ?? `${baseUrl}2/oauth2/token`
    return {
      baseUrl,
      hosts: [new URL(tokenUrl).host],
      authorize: async ({ http, secret, keep }) => {
        const { access_token, refresh_token } = await accessToken(http, tokenUrl, secret)
        if (refresh_token) await keep('refreshToken', refresh_token)
        return { authorization: `Bearer ${access_token}` }
      },
      failure,
      retryAfter: untilReset,
      quota,
    }
  },
  streams: (options) => ({
    posts: ownPosts,
    ...(options.mentions && { mentions: mentions(options.account) }),
    followers,
  }),
})
