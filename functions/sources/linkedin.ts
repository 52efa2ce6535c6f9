import * as z from 'zod'
import { audience, interactions, posts } from '../facts.ts'
import type { Api, Http } from '../kit/api.ts'
import { noRepeat } from '../kit/cursor.ts'
import { addDays, type Day, dayOf } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { TidemarkError } from '../kit/errors.ts'
import type { FactRow } from '../kit/fact.ts'
import { missingFrom, unlessRefused } from '../kit/missing.ts'
import type { Page } from '../kit/page.ts'
import { readPage } from '../kit/read-page.ts'
import type { Missing, Probed, Probing, Reading, Stream, Turn } from '../kit/source.ts'

const BASE = 'https://api.linkedin.com/rest'
const TOKENS = 'https://www.linkedin.com/oauth/v2/accessToken'

const Options = z.strictObject({
  /** Id of the organization's page. Several organizations are several sources. */
  organization: z.string().regex(/^\d+$/, "expected the organization's id, digits only"),
  /** Version of the interface; each lives for twelve months. @default '202607' */
  version: z
    .string()
    .regex(/^20\d\d(0[1-9]|1[0-2])$/, 'expected a version as year and month, such as 202607')
    .default('202607'),
  /** Trailing days that are read again. @default 4 */
  repull: z.int().min(0).default(4),
  /** @default 'https://api.linkedin.com/rest' */
  baseUrl: z.url().default(BASE),
  /** @default - LinkedIn's token endpoint; `oauth/v2/accessToken` beside `rest` of `baseUrl`, where that is not LinkedIn's */
  tokenUrl: z.url().optional(),
})
type Options = z.output<typeof Options>

/** May be below zero: LinkedIn corrects earlier days by later ones. */
const Count = z.int().nullish()
const Shares = z.object({
  totalShareStatistics: z.object({
    impressionCount: Count,
    uniqueImpressionsCount: Count,
    /** So spelled by the sample answer for days (guide "Organization Share Statistics"); its schema spells the other. */
    uniqueImpressionsCounts: Count,
    clickCount: Count,
    likeCount: Count,
    commentCount: Count,
    shareCount: Count,
  }),
})
const Follows = z.object({ followerGains: z.object({ organicFollowerGain: Count, paidFollowerGain: Count }) })
const Buttons = z.array(z.object({ clicks: Count })).nullish()
const Clicks = z.object({
  totalPageStatistics: z.object({
    clicks: z.object({ desktopCustomButtonClickCounts: Buttons, mobileCustomButtonClickCounts: Buttons }).nullish(),
  }),
})
const Followers = z.object({ day: z.string(), firstDegreeSize: z.int().min(0) })

const Paging = z
  .object({
    start: z.int().default(0),
    count: z.int().default(0),
    total: z.int().default(0),
    links: z.array(z.object({ rel: z.string(), href: z.string().default('') })).default([]),
  })
  .prefault({})
/** What `pages` and `records` read of a report. */
const Report = z.object({
  elements: z.array(z.looseObject({ timeRange: z.object({ start: z.int(), end: z.int() }) })),
  paging: Paging,
})
/** Where a reading stands: the first element of the next page, and the last day seen before it. */
const Place = z.object({ start: z.int(), count: z.int(), last: z.string() })
type Place = z.output<typeof Place>

const DAY_MS = 86_400_000
/** Days after which a day that is absent is an empty one, and no longer a late one. */
const LATE = 7

/** The page after one with so many elements, by its link or by the total; null after the last. */
function pageAfter(elements: number, { start, count, total, links }: z.output<typeof Paging>) {
  const next = links.find(({ rel }) => rel === 'next')
  if (!next && (elements === 0 || start + elements >= total)) return null
  const asked = URL.parse(next?.href ?? '', BASE)?.searchParams
  return {
    start: Number(asked?.get('start') ?? start + (count || elements)),
    count: Number(asked?.get('count') ?? (count || elements)),
  }
}

const urnOf = ({ organization }: Options) => `urn:li:organization:${organization}`

/** @throws `changed` unless it is one whole day of UTC: any other would be counted on the wrong one */
function dayOfRange({ start, end }: { start: number; end: number }): Day {
  if (start % DAY_MS === 0 && end - start === DAY_MS) return dayOf(start, 'UTC')
  throw new TidemarkError('changed', `a row of LinkedIn covers ${start} to ${end}; expected one whole day of UTC`)
}

/**
 * One request answers for all days of the range. The query string is written here: Rest.li 2 wants the URN encoded, but
 * not the parentheses, colons and commas of a structure.
 */
async function* readReport(
  resource: string,
  finder: 'organization' | 'organizationalEntity',
  { http, options, to, range, resume, now }: Reading<Options>,
): AsyncGenerator<Turn, void, void> {
  const when = `(timeRange:(start:${range.start},end:${range.end}),timeGranularityType:DAY)`
  const path = `${resource}?q=${finder}&${finder}=${encodeURIComponent(urnOf(options))}&timeIntervals=${when}`
  const once = noRepeat()
  let place: Place | null = resume === null ? null : Place.parse(resume)
  do {
    const { bytes, body } = await http.get(place ? `${path}&start=${place.start}&count=${place.count}` : path, {
      schema: Report,
    })
    const days: string[] = body.elements.map(({ timeRange }) => dayOfRange(timeRange))
    const last = [...days, place?.last ?? ''].reduce((most, one) => (one > most ? one : most))
    const next = pageAfter(days.length, body.paging)
    place = next ? { ...next, start: once(next.start), last } : null
    const over = addDays(dayOf(now.getTime(), 'UTC'), -1 - LATE)
    const through = (last > over ? last : over) as Day
    yield { page: { bytes }, resume: place, ...(!next && through < to && { through }) }
  } while (place)
}

/** The elements of a report, each with its day. */
function* elements(page: Page): Iterable<Record<string, unknown> & { day: Day }> {
  for (const element of readPage('LinkedIn', Report, page).elements)
    yield { ...element, day: dayOfRange(element.timeRange) }
}

/** The first day that LinkedIn still answers for. */
function since(now: Date): Day {
  const yearAgo = Date.UTC(now.getUTCFullYear() - 1, now.getUTCMonth(), now.getUTCDate())
  return addDays(dayOf(yearAgo, 'UTC'), 1)
}

const counted = (count: number | null | undefined) => (typeof count === 'number' && count >= 0 ? count : undefined)

/** Names of counters below zero, anywhere in a record. */
function negatives(value: unknown, name = ''): string[] {
  if (typeof value === 'number') return value < 0 ? [name] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => negatives(one, Array.isArray(value) ? name : key))
}

const report = <Z extends z.ZodType<object>>(
  of: {
    resource: string
    finder: 'organization' | 'organizationalEntity'
    facts: readonly string[]
    repull: number
    record: Z
  },
  map: (record: z.output<Z>, at: string) => FactRow | readonly FactRow[],
): Stream<Options, z.output<Z> & { day: string }> => ({
  kind: 'report',
  facts: of.facts,
  record: of.record.and(z.object({ day: z.string() })),
  zone: 'UTC',
  settles: 3,
  repull: of.repull,
  since,
  span: 366,
  pages: (reading) => readReport(of.resource, of.finder, reading),
  records: elements,
  notes: (page) => {
    const found = [...elements(page)].flatMap((one) =>
      negatives(of.record.safeParse(one).data).map((name) => ({ name, day: one.day })),
    )
    return found.map(({ name, day }) => ({ code: 'negative', message: `${name} of a day below zero: left out`, day }))
  },
  key: ({ day }) => day,
  map: (record) => map(record, record.day),
})

const shares = (options: Options) =>
  report(
    {
      resource: 'organizationalEntityShareStatistics',
      finder: 'organizationalEntity',
      facts: ['posts'],
      repull: options.repull,
      record: Shares,
    },
    ({ totalShareStatistics: of }, at) =>
      posts({
        id: urnOf(options),
        at,
        channel: 'social',
        basis: 'day',
        impressions: counted(of.impressionCount),
        reach: counted(of.uniqueImpressionsCount ?? of.uniqueImpressionsCounts),
        likes: counted(of.likeCount),
        comments: counted(of.commentCount),
        shares: counted(of.shareCount),
        clicks: counted(of.clickCount),
      }),
  )

const follows = ({ repull }: Options) =>
  report(
    {
      resource: 'organizationalEntityFollowerStatistics',
      finder: 'organizationalEntity',
      facts: ['interactions'],
      repull,
      record: Follows,
    },
    ({ followerGains: { organicFollowerGain: organic, paidFollowerGain: paid } }, at) => {
      const gains = [
        { count: counted(organic), initiator: 'customer' },
        // Won by an advertisement.
        { count: counted(paid), initiator: 'company' },
      ] as const
      return gains.flatMap(({ count, initiator }) =>
        count ? [interactions({ at, channel: 'social', kind: 'follow', count, initiator, actor: 'customer' })] : [],
      )
    },
  )

const page = ({ repull }: Options) =>
  report(
    {
      resource: 'organizationPageStatistics',
      finder: 'organization',
      facts: ['interactions'],
      repull,
      record: Clicks,
    },
    ({ totalPageStatistics: { clicks } }, at) => {
      const lists = [clicks?.desktopCustomButtonClickCounts, clicks?.mobileCustomButtonClickCounts]
      const count = lists.flatMap((list) => list ?? []).reduce((sum, one) => sum + (counted(one.clicks) ?? 0), 0)
      if (count === 0) return []
      return interactions({ at, channel: 'social', kind: 'action', count, initiator: 'customer' })
    },
  )

const followers: Stream<Options, z.output<typeof Followers>> = {
  kind: 'level',
  facts: ['audience'],
  record: Followers,
  past: false,
  async *pages({ http, options, to }) {
    const path = `networkSizes/${encodeURIComponent(urnOf(options))}?edgeType=COMPANY_FOLLOWED_BY_MEMBER`
    const { bytes } = await http.get(path, { schema: Followers.omit({ day: true }) })
    yield { page: { bytes, context: { day: to } }, resume: null }
  },
  records: (page) => [{ ...readPage('LinkedIn', z.looseObject({}), page), ...(page.context as { day: string }) }],
  key: ({ day }) => day,
  map: ({ day: at, firstDegreeSize: value }) => audience({ at, channel: 'social', kind: 'followers', value }),
}

const Token = z.object({ access_token: z.string().min(1), refresh_token: z.string().min(1).optional() })
/** Of the token endpoint, and of the interface. */
const TokenRefusal = z.object({ error: z.string(), error_description: z.string().default('') })
const Refusal = z.object({ status: z.int().optional(), code: z.string().optional(), message: z.string().default('') })

/** The limits are a day's, of UTC, and of the app or the member: trying again soon only spends more of them. */
function secondsToMidnight(date: string | undefined): number {
  const now = Date.parse(date ?? '') || Date.now()
  return Math.ceil((DAY_MS - (now % DAY_MS)) / 1_000)
}

const failureOf =
  ({ organization, version }: Options): NonNullable<Api['failure']> =>
  ({ status: answered, headers, body }) => {
    const token = TokenRefusal.safeParse(body)
    if (token.success && (answered === 200 || (answered >= 400 && answered < 500 && answered !== 429))) {
      const { error, error_description: more } = token.data
      const said = `the token endpoint says ${error.slice(0, 60)}${more && ` (${more.slice(0, 120)})`}`
      if (answered === 200) return new TidemarkError('unavailable', said)
      return new TidemarkError(
        'credentials',
        error === 'invalid_client'
          ? `${said}: enter the client's id and secret again, as the developer portal shows them`
          : `${said}: the refresh token lives for 365 days, or was revoked; authorise again, with this client's id and secret`,
      )
    }
    const refusal = Refusal.safeParse(body).data
    const status = answered === 200 && refusal?.status && refusal.status >= 400 ? refusal.status : answered
    const said = (refusal?.message || refusal?.code || `it answered ${status}`).slice(0, 200)
    if (status === 426 || refusal?.code === 'NONEXISTENT_VERSION') {
      return new TidemarkError(
        'changed',
        `version ${version} of LinkedIn's interface has ended (${said}); set option version to a living one`,
      )
    }
    if (status === 429 && !headers['retry-after']) {
      const retryAfter = secondsToMidnight(headers.date)
      return new TidemarkError('limited', `${said}: the limits of a day return at 00:00 UTC`, { retryAfter })
    }
    if (status === 403) {
      const needs = `the permission rw_organization_admin and the member the role ADMINISTRATOR of organization ${organization}`
      return new TidemarkError('credentials', `not allowed (${said}); give the app ${needs}`)
    }
    if (/^INVALID_URN/.test(refusal?.code ?? '') || (status === 404 && refusal && !isNoResource(refusal))) {
      return new TidemarkError(
        'invalid',
        `LinkedIn finds no organization ${organization} (${said}); correct the option`,
      )
    }
    return answered === 200 && status >= 400
      ? new TidemarkError('unavailable', `200 with error ${status}: ${said}`)
      : undefined
  }

/** Of a 404: that the path is unknown, and not the organization. */
const isNoResource = ({ code, message }: z.output<typeof Refusal>) =>
  code === 'RESOURCE_NOT_FOUND' || /\bno \w+ resource\b|resource .*does not exist/i.test(message)

/** Which page a role is of is spelled in two ways (guide "Organization Access Control by Role"; recorded answers). */
const Roles = z.object({
  elements: z.array(
    z.object({ role: z.string(), organization: z.string().optional(), organizationTarget: z.string().optional() }),
  ),
  paging: Paging,
})
const ROLE = 'ADMINISTRATOR'
const ALL = 'every stream'

/** Of the member who consented, on the page. */
async function rolesOf(http: Http, options: Options): Promise<readonly string[]> {
  const once = noRepeat()
  const found: string[] = []
  let place: { start: number; count: number } | null = { start: 0, count: 100 }
  do {
    const from = place.start > 0 ? `&start=${once(place.start)}` : ''
    const path = `organizationAcls?q=roleAssignee&state=APPROVED${from}&count=${place.count}`
    const { elements, paging } = (await http.get(path, { schema: Roles })).body
    for (const { role, organization, organizationTarget } of elements) {
      if ((organization ?? organizationTarget) === urnOf(options)) found.push(role)
    }
    place = pageAfter(elements.length, paging)
  } while (place)
  return found
}

/**
 * Whether the consent has the permission, by the token endpoint, and which roles the member has (guide "Organization Access
 * Control by Role", "Find a Member's Organization Access Control Information").
 */
async function probe({ http, options, scopes }: Probing<Options>): Promise<Probed> {
  const { organization, version } = options
  const missing = (): readonly Missing[] => {
    const told = scopes()
    // What reads is either: the narrower one exists for other products.
    const given = told?.includes('r_organization_admin') ? [...told, 'rw_organization_admin'] : told
    const grant = 'authorise again with it, in an app whose Products (developer portal) have Community Management API'
    return missingFrom(given, [{ permission: 'rw_organization_admin', for: ALL, grant }])
  }
  const own = await unlessRefused(rolesOf(http, options), () => missing().length > 0)
  const has = own?.length ? `it has ${own.join(', ')}` : 'it has none'
  const grant = `an administrator of the page gives it to the member who consented (Settings, Manage admins); ${has}`
  return {
    account: `organization ${organization}`,
    details: { version, ...(own?.length && { role: own.join(', ') }) },
    missing: [
      ...missing(),
      ...(own && !own.includes(ROLE) ? [{ permission: `role ${ROLE} of the page`, for: ALL, grant }] : []),
    ],
  }
}

const isLinkedin = (url: string) => new URL(url).hostname.endsWith('.linkedin.com')

/**
 * LinkedIn organization pages, by the Community Management API: impressions, reach, likes, comments, shares and clicks of
 * all posts per day; new followers per day; clicks on the page's buttons per day; followers now.
 *
 * Secrets `clientId`, `clientSecret`, `refreshToken` of an app with access to Community Management (LinkedIn approves it)
 * and the permission `rw_organization_admin`, consented to by an administrator of the page. Every run mints an access
 * token (60 days); the refresh token lives for 365 days, which refreshing does not prolong: then somebody must consent
 * again (guide "Refresh Tokens with OAuth 2.0"). A dead one is answered with 400 `invalid_request`.
 * - Days are UTC ones, half-open: rows carry whole ones (learn.microsoft.com/answers/questions/1151813), and any other is
 *   refused. Only the last 12 months are answered for (guide "Organization Share Statistics"; taken for all reports).
 * - Days that are not ready are absent: they are not committed, until they are a week old. They settle within 3.
 * - Organic figures only: advertisements are counted elsewhere. Counters are the day's, of all posts together, hence one
 *   row of `posts` with `basis: day`. `engagement` is a ratio and is not read; reach is one day's and cannot be added up.
 * - Corrections can push a counter below zero: it is left out, and the run says so.
 * - Followers won by an advertisement (`paidFollowerGain`) are begun by the company. Views of the page are no interactions,
 *   nor visits to a website: they are not read, so that no web figure mixes with them. Clicks on job and career
 *   parts are not counted as the customers'.
 * - `edgeType=COMPANY_FOLLOWED_BY_MEMBER`: the older spelling ended with version 202304.
 * - Limits are per day, app and member, and shown only in the developer portal; a 429 is waited for until 00:00 UTC. A
 *   daily run takes four calls.
 */
export const linkedin = defineSource({
  name: 'linkedin',
  docs: 'https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics',
  options: Options,
  secrets: ['clientId', 'clientSecret', 'refreshToken'],
  probe,
  api: ({ options }) => {
    const base = options.baseUrl.replace(/\/?$/, '/')
    const tokens = options.tokenUrl ?? (isLinkedin(base) ? TOKENS : base.replace(/(rest\/)?$/, 'oauth/v2/accessToken'))
    return {
      baseUrl: base,
      hosts: [new URL(tokens).host],
      headers: { 'linkedin-version': options.version, 'x-restli-protocol-version': '2.0.0' },
      authorize: async ({ http, secret, keep }) => {
        const old = await secret('refreshToken')
        const form = {
          grant_type: 'refresh_token',
          refresh_token: old,
          client_id: await secret('clientId'),
          client_secret: await secret('clientSecret'),
        }
        const { body } = await http.post(tokens, { form, schema: Token })
        if (body.refresh_token && body.refresh_token !== old) await keep('refreshToken', body.refresh_token)
        return { authorization: `Bearer ${body.access_token}` }
      },
      failure: failureOf(options),
    }
  },
  streams: (options) => ({ shares: shares(options), follows: follows(options), page: page(options), followers }),
})
