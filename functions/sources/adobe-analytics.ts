import * as z from 'zod'
import { interactions, traffic } from '../facts.ts'
import type { Api, Http } from '../kit/api.ts'
import { addDays, bounds, type Day, day, dayOf, isDay, zone } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { Page } from '../kit/page.ts'
import { readPage } from '../kit/read-page.ts'
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

/** Asked for in this order: the id of a column is its place in it (guide "Reporting API"). */
const METRICS = ['visits', 'visitors', 'pageviews'] as const
/** Of a column; earlier pages of the lake have the metric's name as its id. */
const metricOf = (columnId: string): string => METRICS[Number.parseInt(columnId, 10)] ?? columnId
const DIMENSION = 'variables/daterangeday'

const Amount = z.number().min(0).nullish()
const Figures = z.object({ day: z.string(), visits: Amount, visitors: Amount, pageviews: Amount })

/** A number, or text where it is none, such as `NaN` (the clients of others read it so). */
const Cell = z.union([z.number(), z.string(), z.null()]).transform((given) => {
  const number = Number.parseFloat(String(given))
  return Number.isFinite(number) ? number : null
})
/** A list that may be left out, or null. */
const listOf = <Z extends z.ZodType>(item: Z) =>
  z
    .array(item)
    .nullish()
    .transform((list) => list ?? [])

const Report = z.object({
  totalPages: z.int(),
  number: z.int().nullish(),
  /** Not to be trusted where it is false: an answer without rows says so, with 0 pages. */
  lastPage: z.boolean().nullish(),
  columns: z.object({
    dimension: z.object({ id: z.string() }).nullish(),
    columnIds: listOf(z.string()),
    columnErrors: listOf(z.object({ columnId: z.string(), errorCode: z.string().default('error') })),
  }),
  rows: listOf(z.object({ itemId: z.string(), data: z.array(Cell) })),
})
type Report = z.output<typeof Report>

/** The specification writes `timezoneZoneinfo`, some answers `timezoneZoneInfo`. */
const Suite = z.object({
  timezoneZoneinfo: z.string().nullish(),
  timezoneZoneInfo: z.string().nullish(),
  name: z.string().nullish(),
  currency: z.string().nullish(),
})
type Suite = z.output<typeof Suite>

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
  metricContainer: { metrics: METRICS.map((name, at) => ({ columnId: String(at), id: `metrics/${name}` })) },
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
  const suite = resume === null ? await readSuite(http, options, 'timezoneZoneinfo') : undefined
  const unchecked = suite && uncheckedZone(suite, options, { from, to, range })
  for (let number = Number(resume ?? 0); ; number++) {
    const { bytes, body } = await ask(http, options, from, to, number).catch(unless(suite))
    refuseOtherAnswer(body, number, options, from, to)
    const isLast = body.lastPage === true || number + 1 >= body.totalPages
    if (!isLast && body.rows.length === 0) {
      throw new TidemarkError('unavailable', `page ${number} of ${body.totalPages} is empty; try again`)
    }
    yield { page: { bytes, ...(unchecked && { context: unchecked }) }, resume: isLast ? null : number + 1 }
    if (isLast) return
  }
}

const ask = (http: Http, { company, rsid }: Options, from: Day, to: Day, page: number) =>
  http.post(`api/${company}/reports`, { schema: Report, body: worded(rsid, from, to, page) })

/** Where the report is refused as well, an unknown suite says more. */
const unless = (suite: Suite | TidemarkError | undefined) => (error: unknown) => {
  throw suite instanceof TidemarkError && suite.code === 'invalid' && isRefusal(error) ? suite : error
}

const isRefusal = (error: unknown): error is TidemarkError =>
  error instanceof TidemarkError && /^(credentials|invalid)$/.test(error.code)

/** The suite, or why it cannot be read. */
async function readSuite(http: Http, options: Options, expansion: string): Promise<Suite | TidemarkError> {
  try {
    return (await http.get(suitePath(options), { query: { expansion }, schema: Suite })).body
  } catch (error) {
    if (error instanceof TidemarkError) return error
    throw error
  }
}

/**
 * Why the suite's zone cannot be compared, as where the API knows no such suite or tells it otherwise: a report can be had
 * without that. Undefined if it is right; another name is no fault as long as its days are the same instants.
 * @throws `invalid` if its days are others
 */
function uncheckedZone(
  suite: Suite | TidemarkError,
  { rsid, zone }: Options,
  { from, to, range }: Pick<Reading<Options>, 'from' | 'to' | 'range'>,
): string | undefined {
  if (suite instanceof TidemarkError) {
    if (suite.code === 'invalid' || suite.code === 'changed') return suite.message
    throw suite
  }
  const actual = suite.timezoneZoneinfo || suite.timezoneZoneInfo
  if (!actual) return `report suite ${rsid} tells no time zone`
  try {
    if (bounds(from, actual).start === range.start && bounds(to, actual).end === range.end) return undefined
  } catch {
    // Of a zone that this runtime does not know.
    return `report suite ${rsid} has days of '${actual}', which is no time zone known here`
  }
  throw invalid(
    `report suite ${rsid} has days of ${actual}, but they are read as days of ${zone}; set zone: '${actual}'`,
  )
}

/**
 * @throws `changed` if the answer is not to this question, but to another page, dimension or range
 * @throws `credentials` if it holds no metric at all
 */
function refuseOtherAnswer(
  { columns, number, rows }: Report,
  asked: number,
  options: Options,
  from: Day,
  to: Day,
): void {
  const refuse = (got: string, expected: string) => {
    throw new TidemarkError('changed', `a report has ${got}; expected ${expected}`)
  }
  if (typeof number === 'number' && number !== asked) refuse(`page ${number}`, `page ${asked}`)
  const dimension = columns.dimension?.id ?? DIMENSION
  if (dimension !== DIMENSION) refuse(`rows by ${dimension}`, DIMENSION)
  const failed = columns.columnErrors.map(({ columnId }) => metricOf(columnId))
  const given = columns.columnIds.map(metricOf)
  const missing = METRICS.filter((name) => !given.includes(name) && !failed.includes(name))
  if (missing.length > 0) refuse(`columns ${columns.columnIds.join(', ')}`, `${missing.join(', ')} as well`)
  if (METRICS.every((name) => failed.includes(name))) {
    const codes = [...new Set(columns.columnErrors.map(({ errorCode }) => errorCode))].join(', ')
    throw new TidemarkError('credentials', `no metric may be seen (${codes}); ${needed(options)}`)
  }
  const other = rows.map(({ itemId }) => dayOfItem(itemId)).find((one) => one < from || one > to)
  if (other) refuse(`a row of ${other}`, `days from ${from} to ${to}`)
}

const parsed = (page: Page): Report => readPage('Adobe Analytics', Report, page)

function* records(page: Page): Iterable<Record<string, unknown>> {
  const { columns, rows } = parsed(page)
  for (const { itemId, data } of rows) yield { ...figures(columns, data), day: dayOfItem(itemId) }
}

/**
 * By metric. Columns with an error are left out: a row lacks them (pitchmuc/adobe-analytics-api-2.0, pull 12), or what it
 * holds there is no figure.
 */
function figures({ columnIds, columnErrors }: Report['columns'], data: readonly (number | null)[]) {
  const failed = new Set(columnErrors.map(({ columnId }) => columnId))
  const shown = columnIds.filter((id) => !failed.has(id))
  const held = data.length === shown.length ? shown : columnIds
  if (data.length !== held.length) {
    throw new TidemarkError('changed', `a row has ${data.length} figures; expected ${held.length}, one of each column`)
  }
  return Object.fromEntries(held.flatMap((id, at) => (failed.has(id) ? [] : [[metricOf(id), data[at]] as const])))
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
  notes: (page) => [
    ...parsed(page).columns.columnErrors.map(({ columnId, errorCode }) => ({
      code: errorCode,
      message: `metrics/${metricOf(columnId)} is left out: ${errorCode}`,
    })),
    ...(typeof page.context === 'string'
      ? [
          {
            code: 'zone_unchecked',
            message: `that its days are those of ${options.zone} was not checked: ${page.context}`,
          },
        ]
      : []),
  ],
  key: (record) => record.day,
  map: ({ day: at, visits, visitors, pageviews }) => {
    const total = traffic({ day: at, sessions: visits, users: visitors, views: pageviews })
    if (!visits) return total
    return [total, interactions({ at, channel: 'web', kind: 'visit', count: visits, actor: 'customer' })]
  },
})

const Text = z.union([z.string(), z.number().transform(String)]).nullish()
/** Of the token endpoint, of the gateway, and of Analytics itself. */
const Refusal = z.object({
  error: Text,
  error_description: Text,
  error_code: Text,
  message: Text,
  errorCode: Text,
  errorDescription: Text,
})
/** Of a 400 (`ReportErrorStatus` of the specification), what only an administrator can mend, and what passes. */
const FORBIDDEN =
  /^(invalid_metric_access|invalid_dimension_access|invalid_access|insufficient_access|unauthorized|authorization_error|insufficient_scope)$/
const PASSING =
  /^(resource_temporarily_unavailable|external_api_(failure|error)|aam_failure|unexpected_error|io_error|health_check_error)$/
/** Of the gateway: the API key, which is the client id, is not known to it. */
const KEYLESS = /^403(000|003)$/
/** Of the token endpoint, as RFC 6749 has them; a web server in front of the API writes words here. */
const OAUTH = /^[a-z_]+$/
/** Of the rate limit: 12 requests. */
const WINDOW = 6

const needed = ({ company, rsid }: Options) =>
  `give the technical account a product profile with report suite ${rsid}, its metrics and dimensions, in company ${company}, or correct company`

const failureOf =
  (options: Options): NonNullable<Api['failure']> =>
  ({ status, headers, body }) => {
    const refusal = Refusal.safeParse(body).data
    if (!refusal) return undefined
    const { error, error_description: more, error_code, message, errorCode, errorDescription } = refusal
    const code = error ?? errorCode ?? error_code
    if (!code) return undefined
    const said = [code, more ?? errorDescription ?? message].filter(Boolean).join(': ').slice(0, 200)
    if (status === 429 || error_code === '429050') {
      return new TidemarkError('limited', said, headers['retry-after'] ? {} : { retryAfter: WINDOW })
    }
    const console = 'in the developer console'
    if (error && OAUTH.test(error) && status >= 400 && status < 500) {
      const mend = `check the client's id, secret and scopes ${console}`
      return new TidemarkError('credentials', `the token endpoint says ${said}; ${mend}`)
    }
    if (KEYLESS.test(code)) {
      const mend = `check secret clientId, and that its project has the Adobe Analytics API, ${console}`
      return new TidemarkError('credentials', `not allowed (${said}); ${mend}`)
    }
    if (status === 403 || (status === 400 && FORBIDDEN.test(code))) {
      return new TidemarkError('credentials', `not allowed (${said}); ${needed(options)}`)
    }
    if (status === 400 && /could not determine time ?zone/i.test(said)) {
      return invalid(`report suite ${options.rsid} has no time zone (${said}); set one in its general account settings`)
    }
    if (status === 404) {
      return invalid(`Adobe Analytics finds no report suite ${options.rsid} (${said}); correct company or rsid`)
    }
    const passes = status === 200 || (status === 400 && PASSING.test(code))
    return passes ? new TidemarkError('unavailable', `${status} with an error: ${said}`) : undefined
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
  const suite = await readSuite(http, options, 'name,currency,timezoneZoneinfo')
  const other = isRefusal(suite) && (await otherCompany(http, company))
  if (other) throw other
  const on = addDays(dayOf(now.getTime(), zone), -1)
  const unchecked = uncheckedZone(suite, options, { from: on, to: on, range: bounds(on, zone) })
  const { body } = await ask(http, options, on, on, 0).catch(unless(suite))
  const told = suite instanceof TidemarkError ? {} : suite
  const { columns, rows } = body
  const actual = told.timezoneZoneinfo || told.timezoneZoneInfo
  const grant = `add it to the product profile of the technical account (Admin Console, Adobe Analytics, Permissions)`
  return {
    account: `report suite ${rsid}${told.name ? ` '${told.name}'` : ''} of company ${company}`,
    details: {
      ...(actual && { 'time zone': actual }),
      ...(unchecked && { 'time zone unchecked': unchecked }),
      ...(told.currency && { currency: told.currency }),
      [`visits on ${on}`]: String((rows[0] && figures(columns, rows[0].data).visits) ?? 'none'),
    },
    missing: columns.columnErrors.map(({ columnId }) => ({
      permission: `metrics/${metricOf(columnId)}`,
      for: 'visits',
      grant,
    })),
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
 * - Days are those of the suite's time zone, which is asked for before every reading: another one than is read is refused,
 *   and where the API does not tell it, that is a warning.
 *   A row's day is its `itemId` (`1251028` = 28 November 2025, the month counted from zero), not its localised text.
 * - Figures are the suite's own totals of each day: visitors are unique within the day and are never added up. Visits
 *   are interactions as well; who began them is unknown. Orders and revenue belong to the shop and are not read.
 * - An answer of 206 lacks metrics that the account may not see (`columnErrors`): they are left out, and the run says so;
 *   without any of them it fails.
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
