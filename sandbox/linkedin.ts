import { addDays, type Day, dayOf, eachDay } from '../functions/kit/day.ts'
import { webDays } from './demo/web-days.ts'
import type { Fault } from './faults.ts'
import type { SandboxAnswer, SandboxRequest } from './messages.ts'
import { type Sandbox, serve } from './serve.ts'
import { refusedToken, serveTokens, type TokenEndpoint } from './token-endpoint.ts'

/** What happened on one day; what is absent is zero. */
export interface LinkedinDay {
  readonly impressions?: number
  readonly viewers?: number
  readonly clicks?: number
  readonly likes?: number
  readonly comments?: number
  readonly shares?: number
  readonly organicFollowers?: number
  readonly paidFollowers?: number
  readonly pageViews?: number
  readonly buttonClicks?: number
}

export interface LinkedinPage {
  readonly organization: string
  /** First day of the page. */
  readonly since: Day
  /** Days without an entry are quiet. */
  readonly days?: Readonly<Record<string, LinkedinDay>>
  /** @default 0 */
  readonly followers?: number | ((today: Day) => number)
  /** The clock: what happens after it has not happened. @default - the real time */
  readonly now?: () => Date
  /** Days after its end until a day is in the reports. @default 2 */
  readonly lag?: number
  /** Versions of the interface that are alive. @default - 202601 to 202610 */
  readonly versions?: readonly string[]
  /** Calls until the day is over. @default 500 */
  readonly calls?: number
  /** What the member is to the page. @default 'ADMINISTRATOR' */
  readonly role?: string
  /** Permissions that the member consented to. @default 'rw_organization_admin' */
  readonly scope?: string
  /** Elements that one answer holds at the most. @default - all */
  readonly page?: number
  readonly faults?: readonly Fault[]
}

export interface LinkedinSandbox extends Sandbox {
  readonly tokens: TokenEndpoint
  /** What the member consented to, as the secrets of a source. */
  readonly consent: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string }
  /** Ends every access token; the refresh token stays good. */
  expire(): void
  /** Ends the consent. */
  revoke(): void
  /** Gives out a new refresh token with the next access token, and ends the old one. */
  rotate(): void
}

const DAY = 86_400_000
const VERSIONS = Array.from({ length: 10 }, (_, i) => `2026${String(i + 1).padStart(2, '0')}`)
const INTERVALS = /^\(timeRange:\(start:(\d+),end:(\d+)\),timeGranularityType:DAY\)$/

const refused = (status: number, code: string, message: string): SandboxAnswer => ({
  status,
  body: { status, code, message },
})

/**
 * Plays the Community Management API on loopback: Rest.li 2 queries, versions that end with 426 (guide "LinkedIn Marketing
 * API Versioning"), statistics by UTC day of the last 12 months ("Organization Share Statistics", "Organization Follower
 * Statistics", "Organization Page Statistics"), days that are absent until they are ready, `networkSizes`, limits until
 * 00:00 UTC, and refresh tokens ("Refresh Tokens with OAuth 2.0").
 */
export async function simulateLinkedin(given: LinkedinPage): Promise<LinkedinSandbox> {
  const { organization, now = () => new Date(), lag = 2, versions = VERSIONS, calls = 500 } = given
  const { role = 'ADMINISTRATOR', scope = 'rw_organization_admin' } = given
  const urn = `urn:li:organization:${organization}`
  const consent = { clientId: '86sandbox', clientSecret: 'WPL_AP1.sandbox', refreshToken: 'AQXrefresh-sandbox-0' }
  const living = new Set<string>()
  let refreshToken: string | undefined = consent.refreshToken
  let rotates = false
  let made = 0
  let spent = 0

  const tokens = await serveTokens('/oauth/v2/accessToken', (form) => {
    if (form.client_id !== consent.clientId || form.client_secret !== consent.clientSecret) {
      return refusedToken(401, 'invalid_client', 'Client authentication failed')
    }
    if (form.grant_type !== 'refresh_token') return refusedToken(400, 'unsupported_grant_type', 'Unknown grant type')
    if (refreshToken === undefined || form.refresh_token !== refreshToken) {
      const message = 'The provided authorization grant or refresh token is invalid, expired or revoked'
      return refusedToken(400, 'invalid_request', message)
    }
    made++
    if (rotates) refreshToken = `AQXrefresh-sandbox-${made}`
    rotates = false
    const access_token = `AQVaccess-sandbox-${made}`
    living.add(access_token)
    const body = { access_token, expires_in: 5_184_000, refresh_token: refreshToken }
    return { status: 200, body: { ...body, refresh_token_expires_in: 26_438_400, scope } }
  })

  function answer(request: SandboxRequest): SandboxAnswer {
    const found = route(request)
    return { ...found, headers: { 'x-li-uuid': 'sandbox', date: now().toUTCString(), ...found.headers } }
  }

  function route({ method, path, query, headers }: SandboxRequest): SandboxAnswer {
    if (!living.has(headers.authorization?.replace(/^Bearer /, '') ?? '')) {
      return refused(401, 'REVOKED_ACCESS_TOKEN', 'The token used in the request has been revoked by the user')
    }
    const version = String(headers['linkedin-version'] ?? '')
    if (version === '') return refused(400, 'VERSION_MISSING', 'A version must be present. Please specify a version')
    if (!versions.includes(version)) {
      return refused(426, 'NONEXISTENT_VERSION', `Requested version ${version}01 is not active`)
    }
    if (++spent > calls) {
      const message = 'Resource level throttle APPLICATION DAY limit for calls to this resource is reached.'
      return refused(429, 'TOO_MANY_REQUESTS', message)
    }
    if (method !== 'GET') return refused(405, 'METHOD_NOT_ALLOWED', 'No such method')
    const isRestli2 = headers['x-restli-protocol-version'] === '2.0.0'
    const [resource = '', key] = path.slice(1).split('/')
    if (!/\br(w)?_organization_admin\b/.test(scope)) {
      return refused(403, 'ACCESS_DENIED', `Not enough permissions to access: ${resource}.FINDER.${version}01`)
    }
    if (resource === 'organizationAcls') return roles(query)
    if (resource === 'networkSizes') return networkSize(key ?? '', query)
    const make = reports[resource]
    if (!make || key !== undefined) return refused(404, 'RESOURCE_NOT_FOUND', `No virtual resource found for ${path}`)
    const finder = resource === 'organizationPageStatistics' ? 'organization' : 'organizationalEntity'
    if (query.get('q') !== finder) return refused(400, 'QUERY_PARAM_NOT_ALLOWED', 'No such finder')
    if (query.get(finder) !== urn || role !== 'ADMINISTRATOR') {
      return refused(403, 'ACCESS_DENIED', `Member does not have permission to view ${finder}`)
    }
    const [, start, end] = (isRestli2 && INTERVALS.exec(query.get('timeIntervals') ?? '')) || []
    if (!start || !end || Number(end) <= Number(start)) {
      return refused(400, 'PARAM_INVALID', "Parameter 'timeIntervals' is invalid")
    }
    return listed(daysOf(Number(start), Number(end)).map(make), path, query)
  }

  /** Those that lie in the range, have happened, are ready, and are not older than twelve months. */
  function daysOf(start: number, end: number): Day[] {
    const today = dayOf(now().getTime(), 'UTC')
    const oldest = `${Number(today.slice(0, 4)) - 1}${today.slice(4)}`
    const [first, last] = [dayOf(Math.ceil(start / DAY) * DAY, 'UTC'), dayOf(end - DAY, 'UTC')]
    const ready = addDays(today, -1 - lag)
    const until = last < ready ? last : ready
    if (first > until) return []
    return eachDay(first, until).filter((day) => day >= given.since && day >= oldest)
  }

  const dayFigures = (day: Day): LinkedinDay => given.days?.[day] ?? {}
  const timeRange = (day: Day) => ({ start: Date.parse(day), end: Date.parse(day) + DAY })

  const reports: Readonly<Record<string, (day: Day) => object>> = {
    organizationalEntityShareStatistics: (day) => {
      const { impressions = 0, viewers = 0, clicks = 0, likes = 0, comments = 0, shares = 0 } = dayFigures(day)
      return {
        totalShareStatistics: {
          uniqueImpressionsCount: viewers,
          shareCount: shares,
          engagement: impressions ? (clicks + likes + comments + shares) / impressions : 0,
          clickCount: clicks,
          likeCount: likes,
          impressionCount: impressions,
          commentCount: comments,
        },
        timeRange: timeRange(day),
        organizationalEntity: urn,
      }
    },
    organizationalEntityFollowerStatistics: (day) => {
      const { organicFollowers = 0, paidFollowers = 0 } = dayFigures(day)
      const followerGains = { organicFollowerGain: organicFollowers, paidFollowerGain: paidFollowers }
      return { timeRange: timeRange(day), followerGains, organizationalEntity: urn }
    },
    organizationPageStatistics: (day) => {
      const { pageViews = 0, buttonClicks = 0 } = dayFigures(day)
      const mobile = Math.floor(buttonClicks / 2)
      const button = (clicks: number) => (clicks > 0 ? [{ customButtonType: 'VISIT_WEBSITE', clicks }] : [])
      return {
        totalPageStatistics: {
          clicks: {
            desktopCustomButtonClickCounts: button(buttonClicks - mobile),
            mobileCustomButtonClickCounts: button(mobile),
            careersPageClicks: { careersPageJobsClicks: 1 },
          },
          views: { allPageViews: { pageViews, uniquePageViews: Math.ceil(pageViews / 2) } },
        },
        timeRange: timeRange(day),
        organization: urn,
      }
    },
  }

  function listed(elements: readonly object[], path: string, query: URLSearchParams): SandboxAnswer {
    const start = Number(query.get('start') ?? 0)
    const count = Number(query.get('count') ?? given.page ?? Math.max(elements.length, 10))
    const isMore = start + count < elements.length
    const href = `/rest${path}?start=${start + count}&count=${count}`
    const links = isMore ? [{ type: 'application/json', rel: 'next', href }] : []
    return { status: 200, body: { paging: { start, count, links }, elements: elements.slice(start, start + count) } }
  }

  /** Guide "Organization Access Control by Role". The member has the same role on a page of its own. */
  function roles(query: URLSearchParams): SandboxAnswer {
    if (query.get('q') !== 'roleAssignee') return refused(400, 'QUERY_PARAM_NOT_ALLOWED', 'No such finder')
    const own = { role: 'ADMINISTRATOR', organization: 'urn:li:organization:5' }
    const elements = [own, ...(role === 'none' ? [] : [{ role, organization: urn }])]
    const shown = elements.map((one) => ({ ...one, roleAssignee: 'urn:li:person:sandbox', state: 'APPROVED' }))
    return listed(shown, '/organizationAcls', query)
  }

  function networkSize(key: string, query: URLSearchParams): SandboxAnswer {
    if (key.includes(':')) return refused(400, 'ILLEGAL_ARGUMENT', 'The key of a resource must be encoded')
    if (query.get('edgeType') !== 'COMPANY_FOLLOWED_BY_MEMBER') {
      return refused(400, 'INVALID_VALUE_FOR_FIELD', 'edgeType is no such value')
    }
    if (decodeURIComponent(key) !== urn) return refused(404, 'NOT_FOUND', 'Could not find entity')
    const { followers = 0 } = given
    const firstDegreeSize = typeof followers === 'number' ? followers : followers(dayOf(now().getTime(), 'UTC'))
    return { status: 200, body: { firstDegreeSize } }
  }

  const errors = {
    tooMany: refused(429, 'TOO_MANY_REQUESTS', 'Resource level throttle MEMBER DAY limit is reached.').body,
    broken: refused(500, 'INTERNAL_SERVER_ERROR', 'Internal Server Error').body,
    expired: refused(401, 'EXPIRED_ACCESS_TOKEN', 'The token used in the request has expired').body,
    revoked: refused(401, 'REVOKED_ACCESS_TOKEN', 'The token used in the request has been revoked by the user').body,
  }
  const server = await serve(answer, errors, given.faults)
  return {
    ...server,
    tokens,
    consent,
    expire: () => living.clear(),
    revoke: () => {
      living.clear()
      refreshToken = undefined
    },
    rotate: () => {
      rotates = true
    },
    close: async () => {
      await Promise.all([server.close(), tokens.close()])
    },
  }
}

/**
 * The page of the demo: invented, with the ups and downs of the demo's website.
 * @param until the last day of its data, or up to six days after it
 */
export function demoLinkedin(until: Day): Pick<LinkedinPage, 'organization' | 'since' | 'days' | 'followers'> {
  const days = [...webDays(until)].map(([on, { views }]): [Day, LinkedinDay] => {
    const share = (of: number) => Math.round(views * of)
    return [
      on,
      {
        impressions: share(0.4),
        viewers: share(0.25),
        clicks: share(0.008),
        likes: share(0.006),
        comments: share(0.0008),
        shares: share(0.001),
        organicFollowers: share(0.0012),
        paidFollowers: share(0.0003),
        pageViews: share(0.01),
        buttonClicks: share(0.0009),
      },
    ]
  })
  return {
    organization: '2414183',
    since: days[0]![0],
    days: Object.fromEntries(days),
    followers: (today) =>
      days.reduce((sum, [on, { organicFollowers = 0, paidFollowers = 0 }]) => {
        return on <= today ? sum + organicFollowers + paidFollowers : sum
      }, 1_900),
  }
}
