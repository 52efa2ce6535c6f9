import { addDays, type Day, dayOf, eachDay, isDay } from '../functions/kit/day.ts'
import { webDays } from './demo/web-days.ts'
import type { Fault } from './faults.ts'
import type { SandboxAnswer, SandboxRequest } from './messages.ts'
import { type Sandbox, serve } from './serve.ts'
import { refusedToken, serveTokens, type TokenEndpoint } from './token-endpoint.ts'

export interface AdobeSuite {
  readonly company: string
  readonly rsid: string
  readonly zone: string
  /** Values of metrics by day; a day without an entry is zero. */
  readonly days?: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** The clock: days after it have no rows. @default - the real time */
  readonly now?: () => Date
  /** Metrics that the technical account may not see. @default - none */
  readonly hidden?: readonly string[]
  /** Whether the technical account has a product profile with the suite. @default true */
  readonly allowed?: boolean
  /** What a server in front of Adobe makes of an answer of the suite or a report. @default - nothing */
  readonly reworded?: (answer: SandboxAnswer, path: string) => SandboxAnswer
  readonly faults?: readonly Fault[]
}

export interface AdobeSandbox extends Sandbox {
  readonly tokens: TokenEndpoint
  readonly credential: { readonly clientId: string; readonly clientSecret: string }
  /** Ends every access token; the credential stays good. */
  expire(): void
  /** Ends the credential. */
  revoke(): void
}

interface Asked {
  readonly rsid?: string
  readonly dimension?: string
  readonly globalFilters?: readonly { readonly type?: string; readonly dateRange?: string }[]
  readonly metricContainer?: { readonly metrics?: readonly { readonly id?: string; readonly columnId?: string }[] }
  readonly settings?: { readonly limit?: number; readonly page?: number; readonly dimensionSort?: string }
}

const METRICS = ['visits', 'visitors', 'pageviews', 'orders', 'revenue']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const gateway = (status: number, error_code: string, message: string): SandboxAnswer => ({
  status,
  body: { error_code, message },
})
const refused = (status: number, errorCode: string, errorDescription: string): SandboxAnswer => ({
  status,
  body: { errorCode, errorDescription, errorId: 'sandbox' },
})

/**
 * Plays the Adobe Analytics 2.0 API on loopback: client credentials of the identity service, headers of the gateway, one
 * company (guide "Discovery API"), one report suite with its zone, and reports by day (guides "Reporting API" and "Reports endpoint": half-open local ranges,
 * pages from zero to `lastPage`, rows by value unless sorted by dimension, 206 with `columnErrors`). An answer without rows
 * has no pages and says that it is not the last one, as recorded ones do (konosp/adobe-analytics-reports-api-v2.0, tests).
 */
export async function simulateAdobeAnalytics(suite: AdobeSuite): Promise<AdobeSandbox> {
  const { company, rsid, zone, now = () => new Date(), hidden = [], allowed = true } = suite
  const credential = { clientId: 'sandbox0client0id', clientSecret: 'p8e-sandbox-secret' }
  const living = new Set<string>()
  let isRevoked = false
  let made = 0

  const tokens = await serveTokens('/ims/token/v3', (form) => {
    const { clientId, clientSecret } = credential
    if (isRevoked || form.client_id !== clientId)
      return refusedToken(400, 'invalid_client', 'invalid client_id parameter')
    if (form.client_secret !== clientSecret)
      return refusedToken(400, 'invalid_client', 'invalid client_secret parameter')
    if (form.grant_type !== 'client_credentials') return refusedToken(400, 'unsupported_grant_type', 'grant_type')
    if (!form.scope?.includes('additional_info.projectedProductContext'))
      return refusedToken(400, 'invalid_scope', 'scope')
    const access_token = `eyJaccess-sandbox-${made++}`
    living.add(access_token)
    return { status: 200, body: { access_token, token_type: 'bearer', expires_in: 86_399 } }
  })

  const companies = [
    { globalCompanyId: company, companyName: 'Sandbox Company', apiRateLimitPolicy: 'aa_api_tier10_tp' },
  ]
  const me = { imsUserId: 'sandbox@techacct.adobe.com', imsOrgs: [{ imsOrgId: 'sandbox@AdobeOrg', companies }] }

  function answer({ method, path, query, headers, body }: SandboxRequest): SandboxAnswer {
    if (headers['x-api-key'] !== credential.clientId) return gateway(403, '403000', 'Api Key is required')
    if (!living.has(headers.authorization?.replace(/^Bearer /, '') ?? '')) {
      return gateway(401, '401013', 'Oauth token is not valid')
    }
    if (method === 'GET' && path === '/discovery/me') return { status: 200, body: me }
    if (!path.startsWith(`/api/${company}/`)) return gateway(403, '403025', 'Profile is not valid')
    const rest = path.slice(`/api/${company}/`.length)
    if (method === 'GET' && rest.startsWith('reportsuites/collections/suites/')) {
      if (rest.split('/').at(-1) !== rsid) return refused(404, 'resource_not_found', 'Could not find the suite')
      if (!allowed) return refused(403, 'insufficient_access', 'No access to the report suite')
      const more = { name: 'Sandbox', timezoneZoneinfo: zone, currency: 'USD' }
      const wanted = query.get('expansion')?.split(',') ?? []
      return {
        status: 200,
        body: { rsid, ...Object.fromEntries(Object.entries(more).filter(([name]) => wanted.includes(name))) },
      }
    }
    if (method === 'POST' && rest === 'reports') return report((body ?? {}) as Asked)
    return refused(404, 'resource_not_found', 'No such resource')
  }

  function report({ rsid: of, dimension, globalFilters = [], metricContainer, settings = {} }: Asked): SandboxAnswer {
    if (of !== rsid || !allowed) return refused(403, 'insufficient_access', 'No access to the report suite')
    if (dimension !== 'variables/daterangeday') return refused(400, 'invalid_dimension_access', `${dimension}`)
    const filter = globalFilters.find(({ type }) => type === 'dateRange')?.dateRange ?? ''
    const [, from, to] = /^(\S{10})T00:00:00\.000\/(\S{10})T00:00:00\.000$/.exec(filter) ?? []
    if (!isDay(from) || !isDay(to) || to <= from) return refused(400, 'invalid_data', `dateRange ${filter}`)
    const asked = (metricContainer?.metrics ?? []).map(({ id = '', columnId = '' }) => ({
      columnId,
      name: id.replace(/^metrics\//, ''),
    }))
    const unknown = asked.find(({ name }) => !METRICS.includes(name))
    if (asked.length === 0 || unknown) return refused(400, 'invalid_parameters', `metric ${unknown?.name}`)
    const shown = asked.filter(({ name }) => !hidden.includes(name))
    const today = dayOf(now().getTime(), zone)
    const days = eachDay(from, addDays(to, -1)).filter((day) => day <= today)
    const rows = days.map((day) => ({
      itemId: itemOf(day),
      value: `${MONTHS[Number(day.slice(5, 7)) - 1]} ${Number(day.slice(8))}, ${day.slice(0, 4)}`,
      data: shown.map(({ name }) => suite.days?.[day]?.[name] ?? 0),
    }))
    if (settings.dimensionSort !== 'asc') rows.sort((a, b) => (b.data[0] ?? 0) - (a.data[0] ?? 0))
    const { limit = 50, page: number = 0 } = settings
    const page = rows.slice(number * limit, (number + 1) * limit)
    const totalPages = Math.ceil(rows.length / limit)
    const totals = shown.map((_, at) => rows.reduce((sum, { data }) => sum + data[at]!, 0))
    const columnErrors = asked
      .filter(({ name }) => hidden.includes(name))
      .map(({ columnId }) => ({ columnId, errorCode: 'unauthorized_metric', errorId: 'sandbox', errorDescription: '' }))
    return {
      status: columnErrors.length > 0 ? 206 : 200,
      body: {
        totalPages,
        firstPage: number === 0,
        lastPage: totalPages > 0 && number + 1 >= totalPages,
        numberOfElements: page.length,
        number,
        totalElements: rows.length,
        columns: {
          dimension: { id: dimension, type: 'time' },
          columnIds: shown.map(({ columnId }) => columnId),
          ...(columnErrors.length > 0 && { columnErrors }),
        },
        rows: page,
        summaryData: { filteredTotals: totals, totals },
      },
    }
  }

  const errors = {
    tooMany: gateway(429, '429050', 'Too many requests').body,
    broken: refused(500, 'unexpected_error', 'Unexpected error').body,
    expired: gateway(401, '401013', 'Oauth token is not valid').body,
    revoked: gateway(401, '401013', 'Oauth token is not valid').body,
  }
  const reworded = suite.reworded ?? ((given: SandboxAnswer) => given)
  const server = await serve((request) => reworded(answer(request), request.path), errors, suite.faults)
  return {
    ...server,
    tokens,
    credential,
    expire: () => living.clear(),
    revoke: () => {
      living.clear()
      isRevoked = true
    },
    close: async () => {
      await Promise.all([server.close(), tokens.close()])
    },
  }
}

/** Years since 1900, months from zero. */
const itemOf = (day: Day) =>
  `${Number(day.slice(0, 4)) - 1900}${String(Number(day.slice(5, 7)) - 1).padStart(2, '0')}${day.slice(8)}`

/**
 * The suite of the demo: the demo's website, as a second tool would count it.
 * @param until the last day of its data, or up to six days after it
 */
export function demoAdobeAnalytics(until: Day): Pick<AdobeSuite, 'days'> {
  return {
    days: Object.fromEntries(
      [...webDays(until)].map(([on, { sessions, users, views }]) => [
        on,
        { visits: sessions, visitors: users, pageviews: views },
      ]),
    ),
  }
}
