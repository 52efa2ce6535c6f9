import * as z from 'zod'
import { customers, deals, interactions, tickets } from '../facts.ts'
import { noRepeat } from '../kit/cursor.ts'
import { defineSource } from '../kit/define-source.ts'
import { invalid, TidemarkError } from '../kit/errors.ts'
import type { FactRow } from '../kit/fact.ts'
import type { Http } from '../kit/http.ts'
import type { Page } from '../kit/page.ts'
import { person } from '../kit/person.ts'
import { readPage } from '../kit/read-page.ts'
import type { Missing, Probed, Probing, Reading, Stream, Turn } from '../kit/source.ts'
import type { Channel, Kind } from '../kit/taxonomy.ts'

const Options = z.strictObject({
  /** @default 'https://api.hubapi.com' */
  baseUrl: z.url().default('https://api.hubapi.com'),
  /** Date version of the interface; each is supported for 18 months. @default '2026-09' */
  version: z
    .string()
    .regex(/^\d{4}-\d{2}$/, 'expected a date version, such as 2026-09')
    .default('2026-09'),
})
type Options = z.output<typeof Options>

/** Most records per page of a list, and of a search (API guides "Objects" and "Search the CRM", Limitations). */
const LIST_LIMIT = 100
const SEARCH_LIMIT = 200

const TextOrNumber = z.union([z.string(), z.number()])
/** Ids are text in one place of an answer and numbers in another. */
const Id = TextOrNumber.transform(String)
const RecordId = Id.pipe(z.string().regex(/^\d+$/))

/** Values are strings, whatever the type of the property; an empty one means null. */
const Text = z
  .union([TextOrNumber, z.boolean()])
  .nullish()
  .transform((value) => String(value ?? '') || undefined)

/** ISO 8601, as answers are written; milliseconds of the epoch, as values may be written, are made that. */
function instant<T extends string | undefined>(value: T): T | string {
  return value !== undefined && /^\d{9,14}$/.test(value) ? new Date(Number(value)).toISOString() : value
}
const Instant = TextOrNumber.transform((value) => instant(String(value))).pipe(z.iso.datetime({ offset: true }))

/** A record of any type; `related` holds the ids of associated records, lowest first. */
const Recorded = z.object({
  id: RecordId,
  createdAt: Instant,
  updatedAt: Instant,
  archived: z.boolean().nullish(),
  archivedAt: Instant.nullish(),
  // Those asked for, and a few that are always given.
  properties: z.record(z.string(), Text),
  related: z.object({ contacts: z.array(z.string()), deals: z.array(z.string()) }),
  /** The account's. */
  currency: z.string().optional(),
})
type Recorded = z.output<typeof Recorded>

/** What `pages` itself reads of an answer. */
const Next = z.object({ next: z.object({ after: Id }).nullish() }).nullish()
const Listed = z.object({
  results: z.array(
    z.object({
      id: Id,
      archived: z.boolean().nullish(),
      associations: z.record(z.string(), z.object({ paging: Next })).nullish(),
    }),
  ),
  paging: Next,
})
const Found = z.object({ total: z.int(), results: z.array(z.object({ id: RecordId })) })
const Associated = z.object({
  results: z.array(
    z.object({
      from: z.object({ id: Id }),
      to: z.array(z.object({ toObjectId: Id })),
      paging: Next,
    }),
  ),
  errors: z.array(z.object({ category: z.unknown(), message: z.string().nullish() })).nullish(),
})

/** Where a reading stands: the full list or what changed, then what was deleted. */
const Place = z.object({ step: z.enum(['all', 'changed', 'deleted']), after: z.string().nullable() })
type Place = z.output<typeof Place>

type ObjectType = 'contacts' | 'deals' | 'tickets' | 'calls' | 'emails' | 'meetings' | 'communications'
type Related = 'contacts' | 'deals'

interface Entity {
  readonly type: ObjectType
  readonly fact: string
  readonly properties: readonly string[]
  /** Types whose associated records are read as well. */
  readonly related: readonly Related[]
  map(record: Recorded): FactRow | null
}

function entity({ type, fact, properties, related, map }: Entity): Stream<Options, Recorded> {
  return {
    kind: 'entity',
    facts: [fact],
    record: Recorded,
    settles: 2,
    repull: 2,
    pages: (reading) => read(reading, type, properties, related),
    records,
    key: ({ id }) => id,
    // A deletion comes after the last change, also where its time is not told.
    changed: ({ updatedAt, archived, archivedAt }) => {
      const updated = Date.parse(updatedAt) + (archived ? 1 : 0)
      return new Date(Math.max(updated, archivedAt ? Date.parse(archivedAt) : 0)).toISOString()
    },
    gone: (record) => [...(record.archived ? [record.id] : []), ...merged(record)],
    map: (record) => (record.archived ? null : map(record)),
  }
}

/**
 * Ids of the records that were merged into this one, which may have a new id itself (guide "Tickets API", Merge). They
 * vanish from lists and searches without being archived.
 */
function merged({ id, properties }: Recorded): string[] {
  return split(properties.hs_merged_object_ids).filter((other) => other !== id)
}

function split(values: string | undefined): string[] {
  return (values ?? '').split(';').filter(Boolean)
}

/**
 * The whole list, or what changed in the range; then the recycle bin, which search leaves out.
 *
 * A search answers at most 10,000 records, then 400. Bulk edits give more than that the very same modified time, so
 * no cursor of time can pass them (airbytehq/airbyte issue 43317). Hence every page is a query of its own: records after
 * the highest id so far, by id (a numeric property), never with an offset.
 */
async function* read(
  { http, options, range, baseline, resume }: Reading<Options>,
  type: ObjectType,
  properties: readonly string[],
  related: readonly Related[],
): AsyncGenerator<Turn, void, void> {
  const path = `crm/objects/${options.version}/${type}`
  const names = [...properties, 'hs_merged_object_ids']
  const once = noRepeat()
  const currency = type === 'deals' ? (await detailsOf(http, options))?.companyCurrency : undefined
  let place: Place | null = resume === null ? { step: baseline ? 'all' : 'changed', after: null } : Place.parse(resume)
  while (place) {
    const turn: { page: Page; next: Place | null } = await (place.step === 'changed' ? search(place) : list(place))
    yield { page: turn.page, resume: turn.next }
    place = turn.next
  }

  function withContext(bytes: Uint8Array, more: Context): Page {
    const context = { ...more, ...(currency && { currency }) }
    return { bytes, ...(Object.keys(context).length > 0 && { context }) }
  }

  async function list({ step, after }: Place): Promise<{ page: Page; next: Place | null }> {
    const deleted = step === 'deleted'
    const { bytes, body } = await http.get(path, {
      query: {
        limit: LIST_LIMIT,
        after,
        archived: deleted,
        // Of what was deleted no personal data is asked for.
        properties: deleted ? 'hs_merged_object_ids' : names.join(','),
        associations: deleted || related.length === 0 ? null : related.join(','),
      },
      schema: Listed,
    })
    if (body.results.some(({ archived }) => (archived ?? deleted) !== deleted)) {
      throw new TidemarkError('changed', `the list of ${type} with archived=${deleted} has records that are not so`)
    }
    const cut = (to: Related) => body.results.filter(({ associations }) => associations?.[to]?.paging?.next)
    const more = await associations(http, options, type, related, (to) => cut(to).map(({ id }) => id))
    const page = withContext(bytes, { ...more, ...(deleted && { deleted }) })
    const next = body.paging?.next?.after
    if (next === undefined) return { page, next: deleted ? null : { step: 'deleted', after: null } }
    once(`${step} ${next}`)
    return { page, next: { step, after: next } }
  }

  async function search({ after }: Place): Promise<{ page: Page; next: Place }> {
    const modified = type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate'
    const { bytes, body } = await http.post(`${path}/search`, {
      body: {
        filterGroups: [
          {
            filters: [
              { propertyName: modified, operator: 'GTE', value: String(range.start) },
              { propertyName: modified, operator: 'LT', value: String(range.end) },
              { propertyName: 'hs_object_id', operator: 'GT', value: after ?? '0' },
            ],
          },
        ],
        sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
        properties: names,
        limit: SEARCH_LIMIT,
      },
      schema: Found,
    })
    const ids = body.results.map(({ id }) => id)
    const more = body.total > ids.length
    // The order of the last page doesn't matter.
    if (more) ascending(after ?? '0', ids, type)
    if (ids.length === 0 && body.total > 0) {
      throw new TidemarkError('unavailable', `the search of ${type} says total ${body.total} and gives none; try again`)
    }
    const page = withContext(bytes, await associations(http, options, type, related, () => ids))
    const next: Place = more ? { step: 'changed', after: ids.at(-1)! } : { step: 'deleted', after: null }
    return { page, next }
  }
}

/** @throws `changed` unless ids rise from `after` on: a search that goes back would repeat records, or never end. */
function ascending(after: string, ids: readonly string[], type: ObjectType): void {
  let last = BigInt(after)
  for (const id of ids) {
    if (BigInt(id) <= last) {
      throw new TidemarkError('changed', `the search of ${type} gives id ${id} after ${last}; expected ascending ids`)
    }
    last = BigInt(id)
  }
}

/** What is known of a page beside its bytes, so that these stay the vendor's own. */
type Context = {
  /** Ids of associated records, by their type and the record's id. */
  readonly associations?: Record<string, Record<string, string[]>>
  /** Whether it lists the recycle bin. */
  readonly deleted?: boolean
  /** The account's. */
  readonly currency?: string
}

/** Associated ids of the records named by `ids`, in batches: searches give none, lists only the first of many. */
async function associations(
  http: Http,
  { version }: Options,
  from: ObjectType,
  related: readonly Related[],
  ids: (to: Related) => readonly string[],
): Promise<Context> {
  const all: Record<string, Record<string, string[]>> = {}
  for (const to of related) {
    const found: Record<string, string[]> = {}
    let inputs: { id: string; after?: string }[] = ids(to).map((id) => ({ id }))
    const once = noRepeat()
    while (inputs.length > 0) {
      // Up to 1,000 inputs are allowed; a page holds 200 records.
      const { body } = await http.post(`crm/associations/${version}/${from}/${to}/batch/read`, {
        body: { inputs },
        schema: Associated,
      })
      // A record without associations, or deleted meanwhile, is listed as an error of the whole, whose status is then 207.
      const wrong = body.errors?.find(({ category }) => category !== 'OBJECT_NOT_FOUND')
      if (wrong) {
        throw new TidemarkError(
          'unavailable',
          `associations of ${from} with ${to}: ${wrong.message ?? 'no reason given'}`,
        )
      }
      inputs = []
      for (const result of body.results) {
        const { id } = result.from
        found[id] = [...(found[id] ?? []), ...result.to.map(({ toObjectId }) => toObjectId)]
        const after = result.paging?.next?.after
        if (after === undefined) continue
        once(`${id} ${after}`)
        inputs.push({ id, after })
      }
    }
    if (Object.keys(found).length > 0) all[to] = found
  }
  return Object.keys(all).length > 0 ? { associations: all } : {}
}

const Content = z.object({
  results: z.array(
    z.looseObject({
      id: Id,
      associations: z.record(z.string(), z.object({ results: z.array(z.object({ id: Id })) })).nullish(),
    }),
  ),
})

function* records(page: Page): Iterable<unknown> {
  const { associations: more, deleted, currency } = (page.context ?? {}) as Context
  for (const { associations: listed, ...record } of readPage('HubSpot', Content, page).results) {
    const related = (to: Related) =>
      lowestFirst([...(listed?.[to]?.results ?? []).map(({ id }) => id), ...(more?.[to]?.[record.id] ?? [])])
    const known = { ...(deleted && { archived: true }), ...(currency && { currency }) }
    yield { ...record, ...known, related: { contacts: related('contacts'), deals: related('deals') } }
  }
}

/** One pair of records has an association per label, so ids repeat. */
function lowestFirst(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
}

/** Properties that say when a stage was entered: HubSpot renamed them twice, and fills the newest from some day on only. */
function began(stage: 'customer' | 'evangelist'): string[] {
  return [`hs_v2_date_entered_${stage}`, `hs_date_entered_${stage}`, `hs_lifecyclestage_${stage}_date`]
}

const contacts = entity({
  type: 'contacts',
  fact: 'customers',
  properties: [
    'email',
    'hs_additional_emails',
    'phone',
    'mobilephone',
    'createdate',
    'lifecyclestage',
    ...began('customer'),
    ...began('evangelist'),
    'hs_analytics_source',
  ],
  related: [],
  map: (record) => {
    const { id, createdAt, properties: of } = record
    const buys = of.lifecyclestage === 'customer' || of.lifecyclestage === 'evangelist'
    const [first] = buys ? [...began('customer'), ...began('evangelist')].flatMap((name) => of[name] ?? []) : []
    return customers({
      customer: person({
        email: [of.email, ...split(of.hs_additional_emails)],
        phone: [of.phone, of.mobilephone],
        id: [id, ...merged(record)],
      }),
      id,
      since: instant(first ?? of.createdate ?? createdAt),
      role: buys ? 'customer' : 'contact',
      origin: of.hs_analytics_source?.toLowerCase(),
    })
  },
})

const sales: Stream<Options, Recorded> = {
  ...entity({
    type: 'deals',
    fact: 'deals',
    properties: ['createdate', 'closedate', 'hs_is_closed', 'hs_is_closed_won', 'amount', 'deal_currency_code'],
    related: ['contacts'],
    map: (record) => {
      const { id, createdAt, properties: of, related } = record
      const closed = of.hs_is_closed === 'true'
      const currency = currencyOf(record)
      return deals({
        id,
        opened: instant(of.createdate ?? createdAt),
        // On an open deal, closedate is when it is hoped to close.
        closed: closed ? instant(of.closedate) : undefined,
        won: closed ? of.hs_is_closed_won === 'true' : undefined,
        ...(of.amount && currency && { amount: minorUnits(of.amount, currency), currency }),
        customer: person({ id: related.contacts[0] }),
      })
    },
  }),
  notes: (page) => {
    const unknown = [...records(page)].some((given) => {
      const { data } = Recorded.safeParse(given)
      return data?.properties.amount && !currencyOf(data)
    })
    const message = "amounts of deals are left out: neither the deal nor the account's details say their currency"
    return unknown ? [{ code: 'currency_unknown', message }] : []
  },
}

/** An account with one currency has no property for it. */
function currencyOf({ properties, currency }: Recorded): string | undefined {
  return (properties.deal_currency_code ?? currency)?.toUpperCase()
}

function minorUnits(amount: string, currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) throw invalid(`'${currency.slice(0, 20)}' is no ISO 4217 code, such as EUR`)
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
  return Math.round(Number(amount) * 10 ** maximumFractionDigits)
}

const ticketChannels: Record<string, Channel> = { CHAT: 'chat', EMAIL: 'email', PHONE: 'phone' }

const requests = entity({
  type: 'tickets',
  fact: 'tickets',
  properties: [
    'createdate',
    'closed_date',
    'first_agent_reply_date',
    'hs_first_agent_message_sent_at',
    'hs_ticket_reopened_at',
    'source_type',
    'hs_created_by_user_id',
    'hubspot_owner_id',
  ],
  related: ['contacts'],
  map: ({ id, createdAt, properties: of, related }) =>
    tickets({
      id,
      opened: instant(of.createdate ?? createdAt),
      channel: ticketChannels[of.source_type ?? ''] ?? 'support',
      // What a user of HubSpot wrote down may have been begun by either side.
      initiator: of.source_type && !of.hs_created_by_user_id ? 'customer' : undefined,
      first_reply: earliest(of.first_agent_reply_date, of.hs_first_agent_message_sent_at),
      // Only the last time is kept.
      first_solved: of.hs_ticket_reopened_at ? undefined : instant(of.closed_date),
      solved: instant(of.closed_date),
      agent: owner(of.hubspot_owner_id),
      customer: person({ id: related.contacts[0] }),
    }),
})

/** The first reply by e-mail, and in a conversation of any kind, are kept apart. */
function earliest(...times: (string | undefined)[]): string | undefined {
  const [first] = times.flatMap((time) => instant(time) ?? []).sort((a, b) => Date.parse(a) - Date.parse(b))
  return first
}

const owner = (id: string | undefined) => person({ id, of: 'hubspot-owner' })

/** Who began it, by direction. A forwarded e-mail, and anything unknown, may be anybody's. */
const sides: Record<string, 'customer' | 'company'> = {
  INBOUND: 'customer',
  INCOMING_EMAIL: 'customer',
  OUTBOUND: 'company',
  EMAIL: 'company',
}

/**
 * An activity on the timeline: one interaction, however many contacts took part; the contact with the lowest id is its
 * customer. What is scheduled, queued, failed, bounced, missed or cancelled did not happen, and is none. Where no
 * outcome is recorded, it happened if it was last edited after its time. `begins` says when, where `hs_timestamp` is empty.
 */
function activity(
  type: ObjectType,
  channel: Channel,
  kind: Kind,
  {
    outcome,
    done = [],
    direction,
    begins,
  }: { outcome?: string; done?: string[]; direction?: string; begins?: string } = {},
) {
  return entity({
    type,
    fact: 'interactions',
    properties: ['hs_timestamp', 'hubspot_owner_id', outcome, direction, begins].filter((name) => name !== undefined),
    related: ['contacts', 'deals'],
    map: ({ id, updatedAt, properties: of, related }) => {
      const at = instant(of.hs_timestamp ?? (begins && of[begins]))
      if (at === undefined) throw invalid(`hs_timestamp of the ${type} record is empty; expected when it took place`)
      const came = outcome && of[outcome]
      const happened = came ? done.includes(came) : !outcome || !(Date.parse(at) > Date.parse(updatedAt))
      if (!happened) return null
      return interactions({
        at,
        channel,
        kind,
        initiator: sides[(direction && of[direction]) ?? ''],
        customer: person({ id: related.contacts[0] }),
        id,
        agent: owner(of.hubspot_owner_id),
        deals: related.deals.length > 0 ? related.deals : undefined,
      })
    },
  })
}

const UNSCOPED = 'the token lacks a scope'

/** What HubSpot says when it refuses. */
const Refusal = z.object({
  status: z.literal('error'),
  message: z.string().nullish(),
  category: z.string().nullish(),
  errorType: z.string().nullish(),
  policyName: z.string().nullish(),
  errors: z.array(z.object({ context: z.unknown() })).nullish(),
})

/** Names of scopes, by the kind of list that holds them; the reference shows the list as text, too. */
const Scopes = z
  .union([
    z.record(z.string(), z.array(z.string())),
    z.string().transform((text) => ({ all: text.match(/\w+[.-][\w.-]+/g) ?? [] })),
  ])
  .catch({})

/** Statuses as in the guide "Error handling". */
function failure({ status, body }: { status: number; body: unknown }): TidemarkError | undefined {
  if (status === 477) {
    return new TidemarkError('limited', 'HubSpot is moving the account to another location: nothing is read until then')
  }
  if (status === 423) return new TidemarkError('unavailable', 'the account is locked while much is being written to it')
  const { data: refusal } = Refusal.safeParse(body)
  if (!refusal) return undefined
  const { category, errorType, policyName } = refusal
  const message = refusal.message?.slice(0, 200) ?? 'no reason given'
  if (policyName === 'DAILY') {
    const hour = 3_600
    return new TidemarkError('limited', "the account's daily limit is used up until its midnight", { retryAfter: hour })
  }
  if (status === 403 && (category === 'MISSING_SCOPES' || /scope|permission/i.test(message))) {
    const scopes = (refusal.errors ?? []).flatMap(({ context }) => Object.values(Scopes.parse(context)).flat())
    const expected = scopes.join(' or ') || `those of the source (HubSpot says: ${message})`
    return new TidemarkError('credentials', `${UNSCOPED}; expected ${expected}: grant it to the app or service key`)
  }
  if (status === 401) {
    return new TidemarkError('credentials', `the token is refused (${category ?? message}); renew it: secret 'token'`)
  }
  if (status === 200) {
    return new TidemarkError(errorType === 'RATE_LIMIT' ? 'limited' : 'unavailable', `200 with an error: ${message}`)
  }
  return undefined
}

/** What opens each scope, by a type that needs it. */
const scopesOf = {
  contacts: { permission: 'crm.objects.contacts.read', for: 'contacts, calls, meetings, communications' },
  deals: { permission: 'crm.objects.deals.read', for: 'deals' },
  tickets: { permission: 'crm.objects.tickets.read', for: 'tickets' },
  emails: { permission: 'sales-email-read', for: 'emails' },
} as const

const Details = z.object({
  portalId: TextOrNumber,
  accountType: z.string().nullish(),
  timeZone: z.string().nullish(),
  companyCurrency: z.string().nullish(),
})

/**
 * The account's details (API guide "Account information"): every app may read them, and nothing but the account's name and
 * currency hangs on them, so that a server without them is read all the same.
 */
async function detailsOf(http: Http, { version }: Options): Promise<z.output<typeof Details> | undefined> {
  const call = http.get(`account-info/${version}/details`, { schema: Details })
  return (await unlessUnscoped(call, (error) => error.code === 'changed'))?.body
}

/**
 * The account's details, and one record of each type with a scope of its own: the endpoint that lists the scopes of a
 * token exists for private apps only, and asking tells them for any.
 */
async function probe({ http, options }: Probing<Options>): Promise<Probed> {
  const { version } = options
  const details = await detailsOf(http, options)
  const missing: Missing[] = []
  for (const [type, { permission, for: reads }] of Object.entries(scopesOf)) {
    const asked = await unlessUnscoped(http.get(`crm/objects/${version}/${type}`, { query: { limit: 1 } }))
    const grant = 'add the scope to the service key (Development, Keys, Service keys) or to the private app (Scopes)'
    if (!asked) missing.push({ permission, for: reads, grant })
  }
  if (!details) return { account: 'a HubSpot account', missing }
  const { portalId, accountType, timeZone, companyCurrency } = details
  return {
    account: `HubSpot account ${portalId}`,
    details: {
      ...(accountType && { type: accountType }),
      ...(timeZone && { 'time zone': timeZone }),
      ...(companyCurrency && { currency: companyCurrency }),
    },
    missing,
  }
}

/** Undefined where the call is refused for want of a scope, or fails in a way that is `minor`. */
async function unlessUnscoped<T>(
  call: Promise<T>,
  minor: (error: TidemarkError) => boolean = () => false,
): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof TidemarkError && (error.message.includes(UNSCOPED) || minor(error))) return undefined
    throw error
  }
}

/**
 * HubSpot CRM: contacts become customers; deals, tickets and the timeline's calls, e-mails, meetings and messages.
 *
 * Needs any plan, and the token of a service key or private app with the scopes `crm.objects.contacts.read` (contacts
 * and activities), `crm.objects.deals.read`, `crm.objects.tickets.read` and `sales-email-read`. Bodies of e-mails are never requested.
 * - A contact is a `customer` in the lifecycle stages customer and evangelist, since it entered the first of them
 *   (`hs_v2_date_entered_customer` or its predecessors), else since it was created. Stages of the account's own making
 *   are no customers.
 * - An amount is in the deal's currency; an account with only one has none at its deals: then it is the account's.
 * - Searches lag behind edits, hence two trailing days by modified time. The recycle bin is read whole every time: it
 *   cannot be asked by time. A contact erased for good is noticed by the next full list.
 * - Searches have 5 requests per second and account, whichever app asks (API guide "Search the CRM", Limitations).
 */
export const hubspot = defineSource({
  name: 'hubspot',
  docs: 'https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm',
  options: Options,
  secrets: ['token'],
  probe,
  api: ({ options: { baseUrl }, secrets: { token } }) => ({
    baseUrl: baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`,
    headers: { authorization: `Bearer ${token}` },
    perSecond: 4,
    failure,
    retryAfter: (headers) =>
      headers['x-hubspot-ratelimit-remaining'] === '0'
        ? Number(headers['x-hubspot-ratelimit-interval-milliseconds'] ?? 0) / 1_000
        : undefined,
    quota: (headers) => {
      const daily = headers['x-hubspot-ratelimit-daily-remaining']
      return daily === undefined ? undefined : { daily: Number(daily) }
    },
  }),
  streams: () => ({
    contacts,
    deals: sales,
    tickets: requests,
    // Of those in the API guide "Calls"; the others are ways of not getting through.
    calls: activity('calls', 'phone', 'call', {
      outcome: 'hs_call_status',
      done: ['COMPLETED'],
      direction: 'hs_call_direction',
    }),
    // Integrations that log what a customer wrote set RECEIVED, which the guide "Email" does not list.
    emails: activity('emails', 'email', 'message', {
      outcome: 'hs_email_status',
      done: ['SENT', 'RECEIVED'],
      direction: 'hs_email_direction',
    }),
    meetings: activity('meetings', 'in_person', 'meeting', {
      outcome: 'hs_meeting_outcome',
      done: ['COMPLETED'],
      begins: 'hs_meeting_start_time',
    }),
    communications: activity('communications', 'messaging', 'message'),
  }),
})
