import * as z from 'zod'
import { interactions, traffic } from '../facts.ts'
import type { Api, Http } from '../kit/api.ts'
import { addDays, bounds, type Day, day, dayOf, isDay, zone } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { Page } from '../kit/page.ts'
import type { Probed, Probing, Reading, Stream, Turn } from '../kit/source.ts'

const BASE = 'https://analytics.adobe.io'
const TOKENS = 'https://ims-na1.adobelogin.com/ims/token/v3'

const Options = z.strictObject({
  /** Global company id, as `GET /discovery/me` tells it. */
  company: z.string().regex(/^[\w-]+$/, 'expected the global company id'),
  /** Id of the report suite. Several suites are several sources. */
  rsid: z.string().regex(/^[\w.-]+$/, 'expected the id of a report suite'),
  /** The suite's time zone: its days are meant. */
  zone: z.string().transform(zone),
  /** Scopes of the credential, as the developer console lists them. @default - those of Analytics */
  scopes: z.string().min(1).default('openid,AdobeID,additional_info.projectedProductContext'),
  /** Months that Adobe keeps, by contract. @default 25 */
  history: z.int().min(1).default(25),
  /** Trailing days that are read again. @default 3 */
  repull: z.int().min(0).default(3),
  /** @default 'https://analytics.adobe.io' */
  baseUrl: z.url().default(BASE),
  /** @default - Adobe's token endpoint; `ims/token/v3` under `baseUrl`, where that is not Adobe's */
  tokenUrl: z.url().optional(),
})
type Options = z.output<typeof Options>

/** By the name of its column in a report: asked for in this order. */
const METRICS = ['visits', 'visitors', 'pageviews'] as const
const DIMENSION = 'variables/daterangeday'

const Amount = z.number().min(0).nullish()
const Figures = z.object({ day: z.string(), visits: Amount, visitors: Amount, pageviews: Amount })

const Report = z.object({
  totalPages: z.int(),
  number: z.int().optional(),
  lastPage: z.boolean().optional(),
  columns: z.object({
    dimension: z.object({ id: z.string() }).optional(),
    columnIds: z.array(z.string()),
    columnErrors: z.array(z.object({ columnId: z.string(), errorCode: z.string().default('error') })).default([]),
  }),
  rows: z.array(z.object({ itemId: z.string(), data: z.array(z.number().nullable()) })).default([]),
})
type Report = z.output<typeof Report>

/** The specification writes `timezoneZoneinfo`, some answers `timezoneZoneInfo`. */
const Suite = z.object({
  timezoneZoneinfo: z.string().optional(),
  timezoneZoneInfo: z.string().optional(),
  name: z.string().optional(),
  currency: z.string().optional(),
})

/** Rows of one page: more than the days of one range, as a rule. */
const LIMIT = 50

/** `1251028` is 28 November 2025: years since 1900, months from zero. @throws `changed` if it is no day */
function dayOfItem(itemId: string): Day {
  const [, year, month, date] = /^(\d{2,3})(\d{2})(\d{2})$/.exec(itemId) ?? []
  const text = `${Number(year) + 1900}-${String(Number(month) + 1).padStart(2, '0')}-${date}`
  if (isDay(text)) return text
  throw new TidemarkError('changed', `a row has itemId '${itemId}'; expected a day as year−1900, month−1 and day`)
}

const suitePath = ({ company, rsid }: Options) =>
  `api/${company}/reportsuites/collections/suites/${encodeURIComponent(rsid)}`

/** The question for some days. */
const worded = (rsid: string, from: Day, to: Day, page: number) => ({
  rsid,
  globalFilters: [{ type: 'dateRange', dateRange: `${from}T00:00:00.000/${addDays(to, 1)}T00:00:00.000` }],
  metricContainer: { metrics: METRICS.map((name) => ({ columnId: name, id: `metrics/${name}` })) },
  dimension: DIMENSION,
  settings: {
    limit: LIMIT,
    page,
    dimensionSort: 'asc',
    countRepeatInstances: true,
    nonesBehavior: 'return-nones',
  },
})

async function* readReport({
  http,
  options,
  from,
  to,
  range,
  resume,
}: Reading<Options>): AsyncGenerator<Turn, void, void> {
  const { company, rsid } = options
  if (resume === null) {
    const { body } = await http.get(suitePath(options), { query: { expansion: 'timezoneZoneinfo' }, schema: Suite })
    refuseOtherZone(body.timezoneZoneinfo ?? body.timezoneZoneInfo, options, { from, to, range })
  }
  for (let number = Number(resume ?? 0); ; number++) {
    const { bytes, body } = await http.post(`api/${company}/reports`, {
      schema: Report,
      body: worded(rsid, from, to, number),
    })
    refuseOtherAnswer(body, number, from, to)
    const isLast = body.lastPage ?? number + 1 >= body.totalPages
    if (!isLast && body.rows.length === 0) {
      throw new TidemarkError('unavailable', `page ${number} of ${body.totalPages} is empty; try again`)
    }
    yield { page: { bytes }, resume: isLast ? null : number + 1 }
    if (isLast) return
  }
}

/** Another name is no fault as long as its days are the same instants. */
function refuseOtherZone(
  actual: string | undefined,
  { rsid, zone }: Options,
  { from, to, range }: Pick<Reading<Options>, 'from' | 'to' | 'range'>,
): void {
  if (actual === undefined) return
  if (bounds(from, actual).start === range.start && bounds(to, actual).end === range.end) return
  throw invalid(
    `report suite ${rsid} has days of ${actual}, but they are read as days of ${zone}; set zone: '${actual}'`,
  )
}

/** @throws `changed` if the answer is not to this question, but to another page, dimension or range */
function refuseOtherAnswer({ columns, number, rows }: Report, asked: number, from: Day, to: Day): void {
  const refuse = (got: string, expected: string) => {
    throw new TidemarkError('changed', `a report has ${got}; expected ${expected}`)
  }
  if (number !== undefined && number !== asked) refuse(`page ${number}`, `page ${asked}`)
  const dimension = columns.dimension?.id ?? DIMENSION
  if (dimension !== DIMENSION) refuse(`rows by ${dimension}`, DIMENSION)
  const failed = columns.columnErrors.map(({ columnId }) => columnId)
  const missing = METRICS.filter((name) => !columns.columnIds.includes(name) && !failed.includes(name))
  if (missing.length > 0) refuse(`columns ${columns.columnIds.join(', ')}`, `${missing.join(', ')} as well`)
  const other = rows.map(({ itemId }) => dayOfItem(itemId)).find((one) => one < from || one > to)
  if (other) refuse(`a row of ${other}`, `days from ${from} to ${to}`)
}

function parsed({ bytes }: Page): Report {
  const report = Report.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
  if (report.success) return report.data
  throw new TidemarkError('changed', `a page of Adobe Analytics: ${z.prettifyError(report.error)}`)
}

/** Columns with an error are left out: what they hold is no figure. */
function* records(page: Page): Iterable<Record<string, unknown>> {
  const { columns, rows } = parsed(page)
  const failed = new Set(columns.columnErrors.map(({ columnId }) => columnId))
  for (const { itemId, data } of rows) {
    const cells = columns.columnIds.map((name, at) => [name, data[at]] as const).filter(([name]) => !failed.has(name))
    yield { ...Object.fromEntries(cells), day: dayOfItem(itemId) }
  }
}

const visits = (options: Options): Stream<Options, z.output<typeof Figures>> => ({
  kind: 'report',
  facts: ['traffic', 'interactions'],
  record: Figures,
  zone: options.zone,
  settles: 1,
  repull: options.repull,
  since: (now) => {
    const today = dayOf(now.getTime(), options.zone)
    const months = Number(today.slice(0, 4)) * 12 + Number(today.slice(5, 7)) - options.history
    // The first month that is whole: a day that is gone would be answered with zeros.
    return day(`${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}-01`)
  },
  pages: readReport,
  records,
  notes: (page) =>
    parsed(page).columns.columnErrors.map(({ columnId, errorCode }) => ({
      code: errorCode,
      message: `metrics/${columnId} is left out: ${errorCode}`,
    })),
  key: (record) => record.day,
  map: ({ day: at, visits, visitors, pageviews }) => {
    const total = traffic({ day: at, sessions: visits, users: visitors, views: pageviews })
    if (!visits) return total
    return [total, interactions({ at, channel: 'web', kind: 'visit', count: visits, actor: 'customer' })]
  },
})

/** Of the token endpoint, of the gateway, and of Analytics itself. */
const Refusal = z.object({
  error: z.string().optional(),
  error_description: z.string().optional(),
  error_code: z.string().optional(),
  message: z.string().optional(),
  errorCode: z.string().optional(),
  errorDescription: z.string().optional(),
})
/** Of a 400, what only an administrator can mend. */
const FORBIDDEN =
  /^(invalid_metric_access|invalid_dimension_access|invalid_access|insufficient_access|unauthorized|authorization_error|insufficient_scope)$/
/** Of the rate limit: 12 requests. */
const WINDOW = 6

const failureOf =
  ({ rsid }: Options): NonNullable<Api['failure']> =>
  ({ status, headers, body }) => {
    const refusal = Refusal.safeParse(body).data
    if (!refusal) return undefined
    const { error, error_description: more, error_code, message, errorCode, errorDescription } = refusal
    const code = error ?? errorCode ?? error_code
    if (code === undefined) return undefined
    const said = [code, more ?? errorDescription ?? message].filter(Boolean).join(': ').slice(0, 200)
    if (status === 429 || error_code === '429050') {
      return new TidemarkError('limited', said, headers['retry-after'] ? {} : { retryAfter: WINDOW })
    }
    if (error !== undefined && status >= 400 && status < 500) {
      const mend = "check the client's id, secret and scopes in the developer console"
      return new TidemarkError('credentials', `the token endpoint says ${said}; ${mend}`)
    }
    if (status === 403 || (status === 400 && FORBIDDEN.test(code))) {
      const needs = `a product profile with report suite ${rsid}, its metrics and dimensions`
      return new TidemarkError('credentials', `not allowed (${said}); give the technical account ${needs}`)
    }
    if (status === 404) {
      return new TidemarkError(
        'invalid',
        `Adobe Analytics finds no report suite ${rsid} (${said}); correct company or rsid`,
      )
    }
    return status === 200 ? new TidemarkError('unavailable', `200 with an error: ${said}`) : undefined
  }

const Me = z.object({
  imsOrgs: z.array(
    z.object({ companies: z.array(z.object({ globalCompanyId: z.string(), companyName: z.string().default('') })) }),
  ),
})

/**
 * The suite with its zone, and one day's report, whose columns say which metrics may be seen; both are free. Where the suite
 * is refused, `discovery/me` says which companies the credential belongs to (guide "Discovery API").
 */
async function probe({ http, options, now }: Probing<Options>): Promise<Probed> {
  const { company, rsid, zone } = options
  const suite = http.get(suitePath(options), { query: { expansion: 'name,currency,timezoneZoneinfo' }, schema: Suite })
  const { body } = await suite.catch(async (error) => {
    throw error instanceof TidemarkError && /^(credentials|invalid)$/.test(error.code)
      ? ((await otherCompany(http, company)) ?? error)
      : error
  })
  const on = addDays(dayOf(now.getTime(), zone), -1)
  const actual = body.timezoneZoneinfo ?? body.timezoneZoneInfo
  refuseOtherZone(actual, options, { from: on, to: on, range: bounds(on, zone) })
  const report = await http.post(`api/${company}/reports`, { body: worded(rsid, on, on, 0), schema: Report })
  const { columns, rows } = report.body
  const grant = `add it to the product profile of the technical account (Admin Console, Adobe Analytics, Permissions)`
  return {
    account: `report suite ${rsid}${body.name ? ` '${body.name}'` : ''} of company ${company}`,
    details: {
      ...(actual && { 'time zone': actual }),
      ...(body.currency && { currency: body.currency }),
      [`visits on ${on}`]: String(rows[0]?.data[columns.columnIds.indexOf('visits')] ?? 'none'),
    },
    missing: columns.columnErrors.map(({ columnId }) => ({ permission: `metrics/${columnId}`, for: 'visits', grant })),
  }
}

/** That the credential belongs to other companies; undefined if it belongs to this one, or that cannot be found out. */
async function otherCompany(http: Http, company: string): Promise<TidemarkError | undefined> {
  try {
    const { body } = await http.get('discovery/me', { schema: Me })
    const all = body.imsOrgs.flatMap(({ companies }) => companies)
    if (all.some(({ globalCompanyId }) => globalCompanyId === company)) return undefined
    const names = all.map(({ globalCompanyId, companyName }) => `${globalCompanyId} '${companyName}'`).join(', ')
    return invalid(
      `the credential belongs to ${names || 'no company'}, not to company ${company}; correct option company`,
    )
  } catch (error) {
    if (error instanceof TidemarkError) return undefined
    throw error
  }
}

const Token = z.object({ access_token: z.string().min(1) })
const isAdobe = (url: string) => new URL(url).hostname.endsWith('.adobe.io')

/**
 * Adobe Analytics, by its 2.0 API: visits, unique visitors and page views of a report suite, per day.
 *
 * Secrets `clientId` and `clientSecret` of an OAuth server-to-server credential (JWT ones ended in January 2025), whose
 * technical account has a product profile with the suite, its metrics and dimensions. Every run mints one token (24 h).
 * - Days are those of the suite's time zone, which is asked for before every reading: another one than is read is refused.
 *   A row's day is its `itemId` (`1251028` = 28 November 2025, the month counted from zero), not its localised text.
 * - Figures are the suite's own totals of each day: visitors are unique within the day and are never added up. Visits
 *   are interactions as well; who began them is unknown. Orders and revenue belong to the shop and are not read.
 * - An answer of 206 lacks metrics that the account may not see (`columnErrors`): they are left out, and the run says so.
 * - Settles within a day, late hits and data repair apart: three days are read again.
 * - Limits: 12 requests in 6 seconds per user, 60 seconds for one, no more often than every 30 minutes (guide "Analytics
 *   2.0 API FAQ"). 25 months are kept by contract (option `history`).
 */
export const adobeAnalytics = defineSource({
  name: 'adobe-analytics',
  docs: 'https://developer.adobe.com/analytics-apis/docs/2.0/guides/endpoints/reports/',
  options: Options,
  secrets: ['clientId', 'clientSecret'],
  probe,
  api: ({ options, secrets }) => {
    const base = options.baseUrl.replace(/\/?$/, '/')
    const tokens = options.tokenUrl ?? (isAdobe(base) ? TOKENS : `${base}ims/token/v3`)
    return {
      baseUrl: base,
      hosts: [new URL(tokens).host],
      headers: { 'x-api-key': secrets.clientId },
      perSecond: 2,
      authorize: async ({ http, secret }) => {
        const form = {
          grant_type: 'client_credentials',
          client_id: await secret('clientId'),
          client_secret: await secret('clientSecret'),
          scope: options.scopes,
        }
        const { body } = await http.post(tokens, { form, schema: Token })
        return { authorization: `Bearer ${body.access_token}` }
      },
      failure: failureOf(options),
    }
  },
  streams: (options) => ({ visits: visits(options) }),
})
