import type { analyticsdata_v1beta as v1beta } from '@googleapis/analyticsdata'
import * as z from 'zod'
import { interactions, traffic } from '../facts.ts'
import { noRepeat } from '../kit/cursor.ts'
import { addDays, bounds, type Day, day, dayOf, zone } from '../kit/day.ts'
import { defineSource } from '../kit/define-source.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import { googleApi, readKeyFile, secondsToMidnight, sendWorded } from '../kit/google.ts'
import type { Page } from '../kit/page.ts'
import { readPage } from '../kit/read-page.ts'
import type { Note, Probed, Probing, Reading, Stream, Turn } from '../kit/source.ts'

const Options = z.strictObject({
  /** The number of the property, as in its settings. Several properties are several sources. */
  property: z.string().regex(/^\d+$/, 'expected the number of a property, such as 123456789'),
  /** The property's reporting time zone. @default - the reporting zone of the config */
  zone: z.string().transform(zone).optional(),
  /** Names of events that count as interactions (web, action). @default - none */
  keyEvents: z.array(z.string().min(1)).default([]),
  /** Trailing days that are read again. @default 3 */
  repull: z.int().min(0).default(3),
  /** Tokens of the property's daily quota (200,000, or 2,000,000 with 360) that are left to others. @default 20,000 */
  reserve: z.int().min(0).default(20_000),
  /** @default 'https://analyticsdata.googleapis.com' */
  baseUrl: z.url().default('https://analyticsdata.googleapis.com'),
  /** @default - Google's token endpoint; `token` under `baseUrl`, where that is not Google's */
  tokenUrl: z.url().optional(),
})
type Options = z.output<typeof Options>

/** Values are strings; an empty one may be left out. */
const Value = z.object({ value: z.string().default('') })
const Named = z.array(z.object({ name: z.string() })).default([])
/** What is left; a zero is left out. */
const Left = z.object({ remaining: z.int().default(0) }).optional()
const Quota = z.object({
  propertyQuota: z.object({ tokensPerDay: Left, tokensPerHour: Left, tokensPerProjectPerHour: Left }).prefault({}),
})

/** An answer, as far as it is consumed. Without rows, `rows`, `rowCount` and even the headers are missing. */
const Body = Quota.extend({
  /** Left out by some servers in front of Google. */
  kind: z.literal('analyticsData#runReport').optional(),
  dimensionHeaders: Named,
  metricHeaders: Named,
  rows: z.array(z.object({ dimensionValues: z.array(Value).default([]), metricValues: z.array(Value) })).default([]),
  rowCount: z.int().default(0),
  metadata: z
    .object({
      timeZone: z.string().optional(),
      currencyCode: z.string().optional(),
      dataLossFromOtherRow: z.boolean().default(false),
      subjectToThresholding: z.boolean().default(false),
      samplingMetadatas: z.array(z.unknown()).default([]),
      dataTruncationReasons: z.array(z.object({ dataTruncationType: z.string().default('for no reason') })).default([]),
      schemaRestrictionResponse: z.object({ activeMetricRestrictions: z.array(z.unknown()).default([]) }).optional(),
    })
    .prefault({}),
})
/** Any other JSON would be one without rows. */
const Report = z
  .looseObject({})
  .refine((body) => ['kind', 'metricHeaders', 'rows'].some((name) => name in body), 'a report')
  .pipe(Body)
type Report = z.output<typeof Report>

const Amount = z.string().min(1).transform(Number).pipe(z.number().min(0))
const CompactDay = z
  .string()
  .regex(/^\d{8}$/)
  .transform((text) => day(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`))
/** Rules of Google's that match nothing give no text, or `(not set)`. */
const Group = z.string().transform((text) => text || '(not set)')

/** One day, in all or of a channel group. */
const Figures = z.object({
  date: CompactDay,
  sessionDefaultChannelGroup: Group.optional(),
  sessions: Amount,
  engagedSessions: Amount,
  activeUsers: Amount,
  newUsers: Amount,
  screenPageViews: Amount,
  averageSessionDuration: Amount,
})
/** Distinct users of several days; the range's name says which. */
const Uniques = z.object({
  dateRange: z.string().regex(/^(7|28) days to \d{4}-\d{2}-\d{2}$/),
  sessionDefaultChannelGroup: Group.optional(),
  activeUsers: Amount,
  newUsers: Amount,
})
const KeyEvent = z.object({
  date: CompactDay,
  sessionDefaultChannelGroup: Group,
  eventName: z.string().min(1),
  eventCount: Amount,
})

/** One report of a day. */
interface Question {
  readonly dimensions: readonly string[]
  readonly metrics: readonly string[]
  /** Days of each range, ending on the day; without it, that day alone, by the dimension `date`. */
  readonly spans?: readonly number[]
  /** Events to which it is confined. */
  readonly events?: readonly string[]
}

const GROUP = 'sessionDefaultChannelGroup'
/** What every dimension of small rows that were folded into one says, the date included (singer-io/tap-ga4, sync.py). */
const OTHER = '(other)'
const FIGURES = Object.keys(Figures.omit({ date: true, sessionDefaultChannelGroup: true }).shape)
const UNIQUES = ['activeUsers', 'newUsers']
const trafficQuestions: readonly Question[] = [
  { dimensions: ['date'], metrics: FIGURES },
  { dimensions: ['date', GROUP], metrics: FIGURES },
  { dimensions: [], metrics: UNIQUES, spans: [7, 28] },
  { dimensions: [GROUP], metrics: UNIQUES, spans: [7, 28] },
]

/** No start date before it is accepted (estuary/connectors pull 2736). */
const FIRST = day('2015-08-14')
const MOST_ROWS = 250_000

/** Where a reading stands: the next rows of the next report of the next day. */
const Place = z.object({ day: z.string().transform(day), question: z.int().min(0), offset: z.int().min(0) })
type Place = z.output<typeof Place>

/** Day by day: long ranges are sampled, thresholded and folded into `(other)` more. */
async function* read(reading: Reading<Options>, questions: readonly Question[]): AsyncGenerator<Turn, void, void> {
  const { http, options, from, to, resume, now } = reading
  const { analyticsdata } = (await import('@googleapis/analyticsdata')).default
  const { properties } = analyticsdata('v1beta')
  const property = `properties/${options.property}`
  const once = noRepeat()
  let place: Place | null = resume === null ? { day: from, question: 0, offset: 0 } : Place.parse(resume)
  while (place) {
    const question = questions[place.question]!
    const requestBody = worded(question, place)
    const { bytes, headers, body } = await sendWorded(http, options.baseUrl, Report, (auth) =>
      properties.runReport({ auth, property, requestBody }),
    )
    refuseOtherZone(body, reading)
    refuseOtherAnswer(body, requestBody, place)
    once(body.rows[0] && JSON.stringify([place.day, place.question, body.rows[0]]))
    const next: Place | null = after(place, body, questions.length, to)
    // The page itself does not say of which day `(other)` is, nor a page without rows of which day it is.
    yield { page: { bytes, context: place.day }, resume: next }
    const left = body.propertyQuota.tokensPerDay?.remaining
    if (next && left !== undefined && left < options.reserve) {
      const what = `${left} tokens of property ${options.property} are left today; ${options.reserve} are kept for others`
      const retryAfter = secondsToMidnight(headers.date ?? now.toUTCString())
      throw new TidemarkError('limited', `${what} (option reserve)`, { retryAfter })
    }
    place = next
  }
}

function worded({ dimensions, metrics, spans, events }: Question, place: Place): v1beta.Schema$RunReportRequest {
  const start = (days: number) => {
    const first = addDays(place.day, 1 - days)
    return first < FIRST ? FIRST : first
  }
  return {
    dateRanges: spans?.map((days) => ({
      startDate: start(days),
      endDate: place.day,
      name: `${days} days to ${place.day}`,
    })) ?? [{ startDate: place.day, endDate: place.day }],
    dimensions: dimensions.map((name) => ({ name })),
    metrics: metrics.map((name) => ({ name })),
    ...(events && {
      dimensionFilter: {
        filter: { fieldName: 'eventName', inListFilter: { values: [...events], caseSensitive: true } },
      },
    }),
    limit: String(MOST_ROWS),
    offset: String(place.offset),
    returnPropertyQuota: true,
  }
}

function after(place: Place, { rows, rowCount }: Report, questions: number, to: Day): Place | null {
  const offset = place.offset + rows.length
  if (offset < rowCount) {
    if (rows.length > 0) return { ...place, offset }
    throw new TidemarkError(
      'unavailable',
      `a report of ${place.day} says rowCount ${rowCount} and gives none; try again`,
    )
  }
  if (place.question + 1 < questions) return { ...place, question: place.question + 1, offset: 0 }
  return place.day < to ? { day: addDays(place.day, 1), question: 0, offset: 0 } : null
}

/** Another zone is no fault as long as its days are the same instants. */
function refuseOtherZone(
  { metadata: { timeZone } }: Report,
  { options, from, to, range }: Pick<Reading<Options>, 'options' | 'from' | 'to' | 'range'>,
): void {
  if (!timeZone) return
  try {
    if (bounds(from, timeZone).start === range.start && bounds(to, timeZone).end === range.end) return
  } catch (cause) {
    const what = `property ${options.property} has days of '${timeZone}', which is no time zone known here`
    throw invalid(`${what}; give the property another one, or update Node`, cause)
  }
  const days = options.zone ?? 'the reporting zone of the config'
  throw invalid(
    `property ${options.property} has days of ${timeZone}, but they are read as days of ${days}; set zone: '${timeZone}'`,
  )
}

/** @throws `changed` if the answer is not to this question, but to another day's or report's */
function refuseOtherAnswer(body: Report, asked: v1beta.Schema$RunReportRequest, place: Place): void {
  const names = (list: readonly { name?: string | null }[]) => list.map(({ name }) => name ?? '')
  const got = names([...body.dimensionHeaders, ...body.metricHeaders])
  const ranges = names(asked.dateRanges!)
  const by = ranges.length > 1 ? 'dateRange' : 'date'
  const expected = [...new Set([...names(asked.dimensions!), by]), ...names(asked.metrics!)]
  // An empty answer may lack headers.
  if (body.rows.length === 0 && got.every((name) => expected.includes(name))) return
  if ([...got].sort().join() !== [...expected].sort().join()) {
    throw new TidemarkError('changed', `a report has ${got.join(', ')}; expected ${expected.join(', ')}`)
  }
  const days = ranges.length > 1 ? ranges : [place.day.replaceAll('-', '')]
  if (asked.dimensions!.length > 1) days.push(OTHER)
  const of = body.rows.map(({ dimensionValues }) => dimensionValues[got.indexOf(by)]?.value ?? '')
  const other = of.find((one) => !days.includes(one))
  if (other === undefined) return
  throw new TidemarkError('changed', `a report of ${place.day} has a row of '${other}'; expected ${days.join(' or ')}`)
}

const parsed = (page: Page): Report => readPage('Google Analytics', Report, page)

function* records(page: Page): Iterable<unknown> {
  const { dimensionHeaders, metricHeaders, rows } = parsed(page)
  const names = [...dimensionHeaders, ...metricHeaders].map(({ name }) => name)
  for (const { dimensionValues, metricValues } of rows) {
    const values = [...dimensionValues, ...metricValues]
    const record = Object.fromEntries(names.map((name, at) => [name, values[at]?.value]))
    yield record.date === OTHER ? { ...record, date: String(page.context).replaceAll('-', '') } : record
  }
}

function notes(page: Page): readonly Note[] {
  const { metadata, dimensionHeaders } = parsed(page)
  const by = dimensionHeaders.map(({ name }) => name).filter((name) => name === GROUP || name === 'eventName')
  const what = by.length > 0 ? `figures by ${by.join(' and ')}` : 'totals'
  const day = page.context as Day | undefined
  const note = (code: string, message: string) => ({ code, message: `${what}: ${message}`, ...(day && { day }) })
  return [
    ...(metadata.dataLossFromOtherRow ? [note('other_row', 'small rows were folded into (other)')] : []),
    ...(metadata.subjectToThresholding ? [note('thresholded', 'rows with few users may be missing')] : []),
    ...(metadata.samplingMetadatas.length > 0 ? [note('sampled', 'estimated from a sample of the events')] : []),
    ...metadata.dataTruncationReasons.map(({ dataTruncationType: type }) => note('truncated', `cut (${type})`)),
    ...(metadata.schemaRestrictionResponse?.activeMetricRestrictions.length
      ? [note('restricted', 'the account may not see all metrics')]
      : []),
  ]
}

/** Who began a visit, by the channel group it came through; undefined for ads of others, referrals and the unknown. */
function initiatorOf(group: string): 'customer' | 'company' | undefined {
  if (/^(Direct$|Organic )/.test(group)) return 'customer'
  return /^(Email$|Affiliates$|Paid )/.test(group) ? 'company' : undefined
}

/** Whoever brought them, customers act. */
const done = (at: Day, group: string, count: number) =>
  ({ at, channel: 'web', count, initiator: initiatorOf(group), actor: 'customer' }) as const

const visits = (options: Options): Stream<Options, z.output<typeof Figures> | z.output<typeof Uniques>> => ({
  ...days(options),
  facts: ['traffic', 'interactions'],
  record: z.union([Figures, Uniques]),
  pages: (reading) => read(reading, trafficQuestions),
  key: (record) => JSON.stringify(['date' in record ? record.date : record.dateRange, record[GROUP] ?? null]),
  map: (record) => {
    const group = record[GROUP]
    const users = { group, users: record.activeUsers, new_users: record.newUsers }
    if ('dateRange' in record) {
      const [span, , , last] = record.dateRange.split(' ')
      return traffic({ day: last!, span: Number(span), ...users })
    }
    const { date, sessions } = record
    const total = traffic({
      day: date,
      ...users,
      sessions,
      engaged_sessions: record.engagedSessions,
      views: record.screenPageViews,
      seconds: Math.round(record.averageSessionDuration * sessions * 1_000) / 1_000,
    })
    if (group === undefined || sessions === 0) return total
    return [total, interactions({ ...done(date, group, sessions), kind: 'visit' })]
  },
})

const keyEvents = (options: Options): Stream<Options, z.output<typeof KeyEvent>> => ({
  ...days(options),
  facts: ['interactions'],
  record: KeyEvent,
  pages: (reading) =>
    read(reading, [{ dimensions: ['date', GROUP, 'eventName'], metrics: ['eventCount'], events: options.keyEvents }]),
  key: ({ date, eventName, [GROUP]: group }) => JSON.stringify([date, group, eventName]),
  // Nobody knows whether what was folded is one of those events.
  map: ({ date, eventName, eventCount, [GROUP]: group }) =>
    eventName === OTHER ? null : interactions({ ...done(date, group, eventCount), kind: 'action', content: eventName }),
})

const days = ({ zone, repull }: Options) => ({
  kind: 'report' as const,
  ...(zone && { zone }),
  settles: 2,
  repull,
  since: () => FIRST,
  records,
  notes,
})

/**
 * One report of one number, which costs few tokens of the quota: the Data API has no cheaper call that states the zone
 * (`getMetadata` lists fields only). It does not know the property's name.
 */
async function probe({ http, options, now, timezone, secret }: Probing<Options>): Promise<Probed> {
  const { analyticsdata } = (await import('@googleapis/analyticsdata')).default
  const { properties } = analyticsdata('v1beta')
  const own = options.zone ?? timezone
  const on = addDays(dayOf(now.getTime(), own), -1)
  const { body } = await sendWorded(http, options.baseUrl, Report, (auth) =>
    properties.runReport({
      auth,
      property: `properties/${options.property}`,
      requestBody: {
        dateRanges: [{ startDate: on, endDate: on }],
        metrics: [{ name: 'sessions' }],
        limit: '1',
        returnPropertyQuota: true,
      },
    }),
  )
  refuseOtherZone(body, { options, from: on, to: on, range: bounds(on, own) })
  const account = readKeyFile('credentials', await secret('credentials'))
  const { metadata, propertyQuota, rows } = body
  const left = propertyQuota.tokensPerDay?.remaining
  return {
    account: `property ${options.property}`,
    details: {
      reader: account.type === 'service_account' ? account.client_email : 'a person who consented',
      ...(metadata.timeZone && { 'time zone': metadata.timeZone }),
      ...(metadata.currencyCode && { currency: metadata.currencyCode }),
      [`sessions on ${on}`]: rows[0]?.metricValues[0]?.value ?? 'none',
      ...(left !== undefined && { 'tokens left today': String(left) }),
    },
  }
}

/** A 404 of the API itself, and not of another server that `baseUrl` leads to. */
function noProperty({ status, body }: { status: number; body: unknown }, { property }: Options) {
  const isApi = z.object({ error: z.object({ code: z.literal(404) }) }).safeParse(body).success
  if (status !== 404 || !isApi) return undefined
  return invalid(`Google Analytics finds no property ${property}; correct option property (Admin, Property details)`)
}

/** Whom Google Analytics has to let in: the address that is to be added to the property. */
function readerOf(credentials: string): string {
  try {
    const account = readKeyFile('credentials', credentials)
    return account.type === 'service_account' ? `${account.client_email} ` : ''
  } catch {
    // Opening a session says what is wrong with it.
    return ''
  }
}

/**
 * Google Analytics 4, by its Data API v1beta: one property's traffic by day and channel group, and key events.
 *
 * Needs any property (360 or not), and as the secret `credentials` the key file of a service account that has the role
 * Viewer on it; or the file that `gcloud auth application-default login` writes for a person who may read it, with
 * `--scopes` cloud-platform and analytics.readonly, and with a quota project (`set-quota-project`), which every request names.
 * - Days are those of the property's reporting zone, which Google states in every answer: another one than is read is
 *   refused. They settle within 24 to 48 hours; attribution can move longer, hence `repull`.
 * - Users are counted by Google: of the day, and of the 7 and 28 days that end on it, in all and per channel group. They are
 *   never added up. `seconds` is the mean duration of a session times the sessions.
 * - A session is an interaction (web, visit). Direct and Organic groups are begun by the customer; Email, Paid and
 *   Affiliates by the company. A key event counts every time it happened (`eventCount`), whatever Google's counting method.
 *   `purchase` does not belong among them where a shop is a source: orders are purchases already.
 * - Quota: 200,000 tokens a day and 14,000 an hour for one cloud project, ten times that with 360; most reports cost fewer
 *   than 10 (PropertyQuota). A day takes four reports, and one more for key events. What is left is in the run record;
 *   below `reserve`, a reading waits for midnight in California.
 * - Sampling, thresholds, `(other)` rows, truncation and hidden metrics become warnings. Where `(other)` stands for the day
 *   too, it is the day that was asked for.
 * - Two properties are two sources: `ga4({ property: '1' })` and `ga4({ property: '2' }, { id: 'ga4-shop' })`. In a list, users
 *   of both would have to be added up, which is wrong for those who visit both.
 */
export const ga4 = defineSource({
  name: 'ga4',
  docs: 'https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport',
  options: Options,
  secrets: ['credentials'],
  probe,
  api: ({ options, secrets }) => {
    const api = googleApi({
      ...options,
      account: async ({ secret }) => readKeyFile('credentials', await secret('credentials')),
      keep: async ({ secret, keep }, refresh_token) =>
        keep('credentials', JSON.stringify({ ...JSON.parse(await secret('credentials')), refresh_token })),
      scopes: ['https://www.googleapis.com/auth/analytics.readonly'],
      needs: `${readerOf(secrets.credentials)}the role Viewer on property ${options.property} (Admin, Property access management), and the scope analytics.readonly`,
    })
    return {
      ...api,
      failure: (answer) => api.failure!(answer) ?? noProperty(answer, options),
      // What Google counts is tokens, not requests: the chains of a source are its limit.
      perSecond: 30,
      quotaOf: (body) => {
        const stated = Object.entries(Quota.safeParse(body).data?.propertyQuota ?? {})
        if (stated.length === 0) return undefined
        return Object.fromEntries(stated.map(([name, bucket]) => [name, bucket?.remaining ?? 0]))
      },
    }
  },
  streams: (options) => ({
    traffic: visits(options),
    ...(options.keyEvents.length > 0 && { key_events: keyEvents(options) }),
  }),
})
