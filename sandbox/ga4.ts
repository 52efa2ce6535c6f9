import { type Day, dayOf, eachDay, isDay } from '../functions/kit/day.ts'
import { webDays } from './demo/web-days.ts'
import type { Fault } from './faults.ts'
import { errorInfo, type GoogleTokens, googleErrors, refusal, simulateGoogleTokens } from './google-token.ts'
import type { SandboxAnswer, SandboxRequest } from './messages.ts'
import { type Sandbox, serve } from './serve.ts'

/** What Analytics counts, for any cut of its events. */
export interface Ga4Figures {
  readonly sessions: number
  readonly engagedSessions: number
  readonly activeUsers: number
  readonly newUsers: number
  readonly screenPageViews: number
  /** Seconds. */
  readonly averageSessionDuration: number
  readonly eventCount: number
}

/** Days from first to last, of one channel group or event only where it is named. */
export interface Ga4Cut {
  readonly from: Day
  readonly to: Day
  readonly group?: string | undefined
  readonly event?: string | undefined
}

/** The events of a property, as far as reports are made of them. */
export interface Ga4Data {
  readonly groups: readonly string[]
  readonly events: readonly string[]
  figures(cut: Ga4Cut): Ga4Figures
}

/** A session of somebody. */
export interface Ga4Visit {
  readonly day: Day
  readonly user: string
  readonly group: string
  /** @default false */
  readonly engaged?: boolean
  /** @default 0 */
  readonly seconds?: number
  /** @default 1 */
  readonly views?: number
  /** Names of events beside page views. @default - none */
  readonly events?: readonly string[]
}

export interface Ga4Property {
  readonly property: string
  readonly timeZone: string
  readonly data: Ga4Data
  /** The property's clock: what happens after it has not happened. @default - the real time */
  readonly now?: () => Date
  /** Tokens per day and per hour of a project, and what a report costs. @default 200,000, 14,000 and 5 */
  readonly quota?: { readonly perDay?: number; readonly perHour?: number; readonly cost?: number }
  /** Rows that one answer holds at the most. @default 250,000 */
  readonly maxRows?: number
  /** What the metadata of an answer says beside currency and time zone. @default - nothing */
  readonly metadata?: (dimensions: readonly string[]) => object
  /** What a server in front of Google makes of an answer. @default - nothing */
  readonly reworded?: (answer: Record<string, unknown>) => object
  /** Scopes that the person consented to, where it is one. @default - to read */
  readonly granted?: readonly string[]
  /** Whether the account may read the property. @default true */
  readonly viewer?: boolean
  /** Whether the API is enabled in the cloud project. @default true */
  readonly enabled?: boolean
  readonly faults?: readonly Fault[]
}

export interface Ga4Sandbox extends Sandbox {
  readonly tokens: GoogleTokens
}

const SCOPES = ['https://www.googleapis.com/auth/analytics.readonly', 'https://www.googleapis.com/auth/analytics']
const metrics: Record<keyof Ga4Figures, string> = {
  sessions: 'TYPE_INTEGER',
  engagedSessions: 'TYPE_INTEGER',
  activeUsers: 'TYPE_INTEGER',
  newUsers: 'TYPE_INTEGER',
  screenPageViews: 'TYPE_INTEGER',
  averageSessionDuration: 'TYPE_SECONDS',
  eventCount: 'TYPE_INTEGER',
}
const dimensions = ['date', 'sessionDefaultChannelGroup', 'eventName']

interface RunReport {
  readonly dateRanges?: readonly { startDate: string; endDate: string; name?: string }[]
  readonly dimensions?: readonly { name: string }[]
  readonly metrics?: readonly { name: string }[]
  readonly dimensionFilter?: { filter?: { fieldName: string; inListFilter?: { values: readonly string[] } } }
  readonly limit?: string
  readonly offset?: string
  readonly returnPropertyQuota?: boolean
}

/**
 * Plays the Data API v1beta of Google Analytics on loopback: `runReport` as its discovery document and the guide "Creating
 * a report" describe it (strings for numbers, no `rows` without any, zeros left out as in proto3's JSON, date ranges that
 * become a dimension), its quotas ("Limits and quotas") and refusals.
 */
export async function simulateGa4(account: Ga4Property): Promise<Ga4Sandbox> {
  const { data, timeZone, now = () => new Date(), maxRows = 250_000 } = account
  const { perDay = 200_000, perHour = 14_000, cost = 5 } = account.quota ?? {}
  const tokens = await simulateGoogleTokens({ granted: account.granted ?? SCOPES.slice(0, 1) })
  const spent = new Map<string, number>()

  function answer(request: SandboxRequest): SandboxAnswer {
    const refused = tokens.refuse(request, SCOPES) ?? forbidden(request) ?? exhausted()
    if (refused) return { ...refused, headers: { date: now().toUTCString() } }
    const given = report((request.body ?? {}) as RunReport)
    return { ...given, headers: { date: now().toUTCString() } }
  }

  function forbidden({ method, path }: SandboxRequest): SandboxAnswer | undefined {
    if (account.enabled === false) {
      const message =
        'Google Analytics Data API has not been used in project 1 before or it is disabled. Enable it, then retry.'
      const service = 'analyticsdata.googleapis.com'
      const activationUrl = `https://console.developers.google.com/apis/api/${service}/overview?project=1`
      return refusal(403, 'PERMISSION_DENIED', message, [errorInfo('SERVICE_DISABLED', { service, activationUrl })])
    }
    const property = /^\/v1beta\/properties\/([^/:]+):runReport$/.exec(path)?.[1]
    if (method !== 'POST' || !property) return { status: 404, body: '<!DOCTYPE html><title>Error 404</title>' }
    if (property === account.property && account.viewer !== false) return undefined
    return refusal(
      403,
      'PERMISSION_DENIED',
      'User does not have sufficient permissions for this property. To learn more',
    )
  }

  const buckets = () => {
    const time = now().getTime()
    return { day: `day ${dayOf(time, 'America/Los_Angeles')}`, hour: `hour ${Math.floor(time / 3_600_000)}` }
  }
  const left = () => {
    const { day, hour } = buckets()
    return { day: perDay - (spent.get(day) ?? 0), hour: perHour - (spent.get(hour) ?? 0) }
  }

  function exhausted(): SandboxAnswer | undefined {
    const { day, hour } = left()
    if (day >= cost && hour >= cost) return undefined
    const which = day < cost ? 'per day' : 'for a project per hour'
    const within = day < cost ? '24 hours' : 'an hour'
    const message = `Exhausted property tokens ${which}. These quota tokens will return in under ${within}. To learn more`
    return refusal(429, 'RESOURCE_EXHAUSTED', message)
  }

  function quota(): object {
    const { day, hour } = left()
    return {
      tokensPerDay: status(cost, day),
      tokensPerHour: status(cost, Math.round(hour / 0.35)),
      concurrentRequests: status(0, 10),
      serverErrorsPerProjectPerHour: status(0, 10),
      potentiallyThresholdedRequestsPerHour: status(0, 120),
      tokensPerProjectPerHour: status(cost, hour),
    }
  }

  function report(asked: RunReport): SandboxAnswer {
    const wrong = complaint(asked)
    if (wrong) return refusal(400, 'INVALID_ARGUMENT', wrong)
    for (const bucket of Object.values(buckets())) spent.set(bucket, (spent.get(bucket) ?? 0) + cost)
    const wanted = (asked.dimensions ?? []).map(({ name }) => name)
    const counted = (asked.metrics ?? []).map(({ name }) => name as keyof Ga4Figures)
    const rows = rowsOf(asked, wanted, counted)
    const offset = Number(asked.offset ?? 0)
    const page = rows.slice(offset, offset + Math.min(maxRows, Number(asked.limit ?? 10_000)))
    const headers = asked.dateRanges!.length > 1 ? [...wanted, 'dateRange'] : wanted
    const body = {
      ...(headers.length > 0 && { dimensionHeaders: headers.map((name) => ({ name })) }),
      metricHeaders: counted.map((name) => ({ name, type: metrics[name] })),
      ...(page.length > 0 && { rows: page }),
      ...(rows.length > 0 && { rowCount: rows.length }),
      metadata: { currencyCode: 'USD', timeZone, ...account.metadata?.(headers) },
      ...(asked.returnPropertyQuota && { propertyQuota: quota() }),
      kind: 'analyticsData#runReport',
    }
    return { status: 200, body: account.reworded?.(body) ?? body }
  }

  function rowsOf(asked: RunReport, wanted: readonly string[], counted: readonly (keyof Ga4Figures)[]): object[] {
    const today = dayOf(now().getTime(), timeZone)
    const ranges = asked.dateRanges!.map(({ startDate, endDate, name }, at) => ({
      from: startDate as Day,
      to: (endDate > today ? today : endDate) as Day,
      name: name ?? `date_range_${at}`,
    }))
    const only = asked.dimensionFilter?.filter?.inListFilter?.values
    const rows = ranges.flatMap((range) => {
      const days = wanted.includes('date') ? eachDay(range.from, range.to).map((day) => [day, day] as const) : []
      const spans = wanted.includes('date') ? days : range.from <= range.to ? [[range.from, range.to] as const] : []
      const groups = wanted.includes('sessionDefaultChannelGroup') ? data.groups : [undefined]
      const events = wanted.includes('eventName')
        ? data.events.filter((name) => only?.includes(name) ?? true)
        : [undefined]
      return spans.flatMap(([from, to]) =>
        groups.flatMap((group) =>
          events.map((event) => {
            const figures = data.figures({ from, to, group, event })
            const values: Record<string, string | undefined> = {
              date: from.replaceAll('-', ''),
              sessionDefaultChannelGroup: group,
              eventName: event,
            }
            const own = wanted.map((name) => values[name]!)
            const named = asked.dateRanges!.length > 1 ? [...own, range.name] : own
            return { named, counts: counted.map((name) => figures[name]) }
          }),
        ),
      )
    })
    return rows
      .filter(({ counts }) => counts.some((count) => count !== 0))
      .sort((a, b) => b.counts[0]! - a.counts[0]! || (a.named.join() < b.named.join() ? -1 : 1))
      .map(({ named, counts }) => ({
        ...(named.length > 0 && { dimensionValues: named.map((value) => ({ value })) }),
        metricValues: counts.map((value) => ({ value: String(value) })),
      }))
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

/** Zeros are left out. */
function status(consumed: number, remaining: number): object {
  return { ...(consumed > 0 && { consumed }), ...(remaining > 0 && { remaining }) }
}

const FIRST = '2015-08-14'

function complaint({ dateRanges = [], dimensions: by = [], metrics: counted = [], limit, offset }: RunReport) {
  const unknown = by.find(({ name }) => !dimensions.includes(name))
  if (unknown) return `Field ${unknown.name} is not a valid dimension. For a list of valid dimensions and metrics, see`
  const dead = counted.find(({ name }) => !Object.hasOwn(metrics, name))
  if (dead) return `Field ${dead.name} is not a valid metric. For a list of valid dimensions and metrics, see`
  if (counted.length === 0 && by.length === 0) return 'At least one dimension or metric is required.'
  if (counted.length > 10) return 'Requests are limited to 10 metrics.'
  if (by.length > 9) return 'Requests are limited to 9 dimensions.'
  if (dateRanges.length === 0 || dateRanges.length > 4) return 'Requests take 1 to 4 dateRanges.'
  if (!(Number(limit ?? 1) > 0) || !(Number(offset ?? 0) >= 0)) return 'limit must be positive.'
  for (const { startDate, endDate, name } of dateRanges) {
    if (!isDay(startDate) || !isDay(endDate) || startDate < FIRST) return `Invalid startDate: ${startDate}`
    if (endDate < startDate) return `startDate ${startDate} is after endDate ${endDate}`
    if (/^(date_range_|RESERVED_)/.test(name ?? '')) return `Invalid dateRange name: ${name}`
  }
  return undefined
}

/** A property of which every session is known. */
export function visitsOf(visits: readonly Ga4Visit[]): Ga4Data {
  const first = new Map<string, Day>()
  for (const { user, day } of visits) if (!first.has(user) || day < first.get(user)!) first.set(user, day)
  return {
    groups: [...new Set(visits.map(({ group }) => group))],
    events: [...new Set(visits.flatMap(({ events = [] }) => events))],
    figures: ({ from, to, group, event }) => {
      const cut = visits.filter(
        (visit) => visit.day >= from && visit.day <= to && (group ?? visit.group) === visit.group,
      )
      const users = new Set(cut.map(({ user }) => user))
      const sum = (of: (visit: Ga4Visit) => number) => cut.reduce((total, visit) => total + of(visit), 0)
      return {
        sessions: cut.length,
        engagedSessions: cut.filter(({ engaged }) => engaged).length,
        activeUsers: users.size,
        newUsers: [...users].filter((user) => first.get(user)! >= from).length,
        screenPageViews: sum(({ views = 1 }) => views),
        averageSessionDuration: cut.length === 0 ? 0 : sum(({ seconds = 0 }) => seconds) / cut.length,
        eventCount: sum(({ events = [] }) => events.filter((name) => event === undefined || name === event).length),
      }
    },
  }
}

/** How sessions of the demo came about: invented, since the real export does not say. */
const shares: Readonly<Record<string, number>> = {
  'Organic Search': 0.31,
  Direct: 0.22,
  'Organic Social': 0.17,
  Email: 0.11,
  'Paid Search': 0.09,
  Referral: 0.07,
  Unassigned: 0.03,
}
const SIGN_UP = 0.02

/**
 * The website of the demo: totals per day are a real one's, made smaller; channel groups, sign-ups, and how many users of a
 * week were the same, are invented.
 * @param until the last day of its data, or up to six days after it
 */
export function demoGa4(until: Day): Ga4Data {
  const days = webDays(until)
  return {
    groups: Object.keys(shares),
    events: ['sign_up'],
    figures: ({ from, to, group, event }) => {
      const share = group === undefined ? 1 : (shares[group] ?? 0)
      const cut = eachDay(from, to).flatMap((one) => days.get(one) ?? [])
      const sum = (of: (figures: (typeof cut)[number]) => number) =>
        cut.reduce((total, figures) => total + Math.round(of(figures) * share), 0)
      const sessions = sum((one) => one.sessions)
      const seconds = sum((one) => one.sessions * one.seconds)
      return {
        sessions,
        engagedSessions: sum((one) => one.sessions * (1 - one.bounce)),
        activeUsers: Math.min(sessions, Math.round(sum((one) => one.users) * Math.max(1, cut.length) ** -0.17)),
        newUsers: sum((one) => one.newUsers),
        screenPageViews: sum((one) => one.views),
        averageSessionDuration: sessions === 0 ? 0 : seconds / sessions,
        eventCount: sum((one) => one.sessions * (event === undefined ? 1 : SIGN_UP)),
      }
    },
  }
}
