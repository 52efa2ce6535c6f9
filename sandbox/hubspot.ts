import type { Fault } from './faults.ts'
import { refusals } from './hubspot-refusals.ts'
import { compare, type Filter, operators, type SearchBody, type Value } from './hubspot-search.ts'
import type { SandboxAnswer, SandboxRequest } from './messages.ts'
import { type Sandbox, serve } from './serve.ts'

export const hubspotTypes = ['contacts', 'deals', 'tickets', 'calls', 'emails', 'meetings', 'communications'] as const
export type HubspotType = (typeof hubspotTypes)[number]

/** A record as the account holds it. Times are RFC 3339 instants. */
export interface HubspotRecord {
  readonly id: string
  readonly createdAt: string
  /** @default - createdAt */
  readonly updatedAt?: string
  /** Set once it lies in the recycle bin. */
  readonly archivedAt?: string
  readonly properties?: Readonly<Record<string, string | null>>
  /** Ids of associated records by their type. */
  readonly associations?: Readonly<Partial<Record<HubspotType, readonly string[]>>>
}

export interface HubspotAccount extends Partial<Record<HubspotType, readonly HubspotRecord[]>> {
  readonly token: string
  /** The account's clock: what was created or changed after it does not exist yet. @default - the real time */
  readonly now?: () => Date
  /** Milliseconds until search finds a change. @default 0 */
  readonly indexDelay?: number
  /** Searches per second; `clock` counts the seconds. @default - no limit */
  readonly searches?: { readonly perSecond: number; readonly clock: () => number }
  /** Requests until the daily limit. @default 250,000 */
  readonly daily?: number
  /** Scopes that the token lacks, by the type they open, or the account's details. @default - none */
  readonly missing?: Readonly<Partial<Record<HubspotType | 'details', string>>>
  /** Whether a merge keeps the primary record's id: the beta "Primary ID Preservation". @default - it makes a new one */
  readonly preservesIds?: boolean
  /** Associations that one answer holds per record and type; the rest is on further pages. @default 500 */
  readonly associationPage?: number
  /** @default '2026-09' */
  readonly version?: string
  readonly faults?: readonly Fault[]
}

/** Of the account, as the API guide "Account information" shows them. */
const details: SandboxAnswer = {
  status: 200,
  body: {
    portalId: 123456,
    accountType: 'STANDARD',
    timeZone: 'US/Eastern',
    companyCurrency: 'USD',
    additionalCurrencies: [],
    utcOffset: '-05:00',
    utcOffsetMilliseconds: -18_000_000,
    uiDomain: 'app.hubspot.com',
    dataHostingLocation: 'na1',
  },
}

/** What people do in HubSpot while Tidemark is not looking. */
export interface HubspotSandbox extends Sandbox {
  /** Creates a record, or replaces one. */
  put(type: HubspotType, record: HubspotRecord): void
  /** Changes properties, and with them the modified time. An empty text removes a value. */
  edit(type: HubspotType, id: string, properties: Readonly<Record<string, string>>): void
  archive(type: HubspotType, id: string): void
  /** Erases for good: no list shows the record again. */
  erase(type: HubspotType, id: string): void
  /** Merges two records, as `POST …/merge` does. Returns the id of the one that remains, usually a new one. */
  merge(type: HubspotType, primary: string, other: string): string
}

interface Stored {
  readonly id: string
  readonly created: number
  updated: number
  archived: number | undefined
  properties: Record<string, string | null>
  readonly associations: Map<HubspotType, string[]>
}

/**
 * Plays HubSpot's CRM on loopback. What it does is what HubSpot's guides say ("Search the CRM": operators, 200 a page,
 * 10,000 results and then 400, 5 requests a second, no archived records, a lagging index; "Objects": lists, 100 a page;
 * "Associations": batch read, 1,000 inputs, 207 where a record has none; "Usage details": 429 bodies and headers),
 * and nothing that a source might wish for.
 */
export async function simulateHubspot(account: HubspotAccount): Promise<HubspotSandbox> {
  const {
    version = '2026-09',
    now = () => new Date(),
    indexDelay = 0,
    associationPage = 500,
    daily = 250_000,
  } = account
  const tables = new Map(hubspotTypes.map((type) => [type, new Map<string, Stored>()]))
  /** Forgotten where records come or go. */
  const sorted = new Map<Map<string, Stored>, Stored[]>()
  const searched: number[] = []
  let requests = 0

  function put(type: HubspotType, record: HubspotRecord): void {
    const created = Date.parse(record.createdAt)
    sorted.delete(tables.get(type)!)
    tables.get(type)!.set(record.id, {
      id: record.id,
      created,
      updated: record.updatedAt ? Date.parse(record.updatedAt) : created,
      archived: record.archivedAt ? Date.parse(record.archivedAt) : undefined,
      properties: { ...record.properties },
      associations: new Map(
        Object.entries(record.associations ?? {}).map(([to, ids]) => [to as HubspotType, [...ids]]),
      ),
    })
  }

  function find(type: HubspotType, id: string): Stored {
    const record = tables.get(type)!.get(id)
    if (!record) throw new Error(`the simulated account has no ${type} ${id}`)
    return record
  }

  function merge(type: HubspotType, primary: string, other: string): string {
    const [kept, lost] = [find(type, primary), find(type, other)]
    const table = tables.get(type)!
    const highest = [...table.keys()].reduce((most, key) => (BigInt(key) > most ? BigInt(key) : most), 0n)
    const id = account.preservesIds ? primary : String(highest + 1n)
    const emails = [kept.properties.hs_additional_emails, lost.properties.email, lost.properties.hs_additional_emails]
    const old = [kept, lost].flatMap((one) => [one.properties.hs_merged_object_ids, one.id])
    const filled = Object.entries(kept.properties).filter(([, value]) => value)
    sorted.delete(table)
    table.delete(primary)
    table.delete(other)
    table.set(id, {
      id,
      created: Math.min(kept.created, lost.created),
      updated: now().getTime(),
      archived: undefined,
      properties: {
        ...lost.properties,
        ...Object.fromEntries(filled),
        hs_additional_emails: emails.filter(Boolean).join(';'),
        hs_merged_object_ids: old.filter(Boolean).join(';'),
      },
      associations: new Map([...lost.associations, ...kept.associations]),
    })
    for (const records of tables.values()) {
      for (const { associations } of records.values()) {
        const ids = associations.get(type)
        if (ids) associations.set(type, [...new Set(ids.map((one) => (one === primary || one === other ? id : one)))])
      }
    }
    return id
  }

  /** Those that exist by now, lowest id first. */
  function existing(type: HubspotType, archived: boolean): Stored[] {
    const time = now().getTime()
    const table = tables.get(type)!
    const order = sorted.get(table) ?? [...table.values()].sort((a, b) => byId(a.id, b.id))
    sorted.set(table, order)
    return order.filter(
      (record) =>
        record.created <= time &&
        record.updated <= time &&
        (record.archived !== undefined && record.archived <= time) === archived,
    )
  }

  function answer(request: SandboxRequest): SandboxAnswer {
    requests++
    const refused = refuse(request)
    if (refused) return refused
    if (requests > daily) return refusals.daily
    if (request.method === 'GET' && request.path === `/account-info/${version}/details`) {
      return account.missing?.details ? refusals.missingScope(account.missing.details) : limited(details)
    }
    const [crm, section, dated, from, ...rest] = request.path.split('/').filter(Boolean)
    const type = hubspotTypes.find((one) => one === from)
    if (crm !== 'crm' || dated !== version || !type) return refusals.notFound
    const scope = account.missing?.[type]
    if (scope) return refusals.missingScope(scope)
    const route = `${request.method} ${section}/${rest.join('/')}`
    if (route === 'GET objects/') return limited(list(type, request.query))
    if (route === 'POST objects/search') return search(type, request.body as SearchBody)
    if (route === 'POST objects/merge') {
      const { primaryObjectId, objectIdToMerge } = request.body as Record<string, string>
      return limited({ status: 200, body: shown(find(type, merge(type, primaryObjectId!, objectIdToMerge!)), type) })
    }
    const to = hubspotTypes.find((one) => one === rest[0])
    if (to && route === `POST associations/${to}/batch/read`) return limited(associated(type, to, request.body))
    return refusals.notFound
  }

  function refuse({ headers }: SandboxRequest): SandboxAnswer | undefined {
    if (headers.authorization === `Bearer ${account.token}`) return undefined
    return headers.authorization ? refusals.unknownToken : refusals.noToken
  }

  /** With the headers that searches lack. */
  function limited(given: SandboxAnswer): SandboxAnswer {
    const headers = {
      'x-hubspot-ratelimit-daily': String(daily),
      'x-hubspot-ratelimit-daily-remaining': String(daily - requests),
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-max': '100',
      'x-hubspot-ratelimit-remaining': '99',
    }
    return { ...given, headers }
  }

  function list(type: HubspotType, query: URLSearchParams): SandboxAnswer {
    const limit = Number(query.get('limit') ?? 10)
    if (!(limit >= 1 && limit <= 100)) return refusals.invalid(`limit ${limit} is not between 1 and 100`)
    const after = query.get('after')
    const start = after === null ? '0' : Buffer.from(after, 'base64url').toString()
    const records = existing(type, query.get('archived') === 'true').filter(({ id }) => byId(id, start) > 0)
    const page = records.slice(0, limit)
    const last = page.at(-1)?.id
    const properties = words(query, 'properties')
    const wanted = words(query, 'associations') ?? []
    return {
      status: 200,
      body: {
        results: page.map((record) => ({
          ...shown(record, type, properties),
          ...listedAssociations(record, type, wanted, associationPage),
        })),
        ...(records.length > limit && last
          ? { paging: { next: { after: cursor(last), link: `?after=${cursor(last)}` } } }
          : {}),
      },
    }
  }

  function search(type: HubspotType, body: SearchBody): SandboxAnswer {
    if (account.searches) {
      const second = Math.floor(account.searches.clock() / 1_000)
      if (searched.filter((one) => one === second).length >= account.searches.perSecond) {
        return refusals.secondly
      }
      searched.push(second)
    }
    const { filterGroups = [], sorts = [], limit = 10, after = '0', properties } = body
    if (!(limit >= 1 && limit <= 200)) return refusals.invalid(`limit ${limit} is not between 1 and 200`)
    const offset = Number(after)
    if (!Number.isInteger(offset)) return refusals.invalid(`after '${after}' is no offset`)
    if (offset + limit > 10_000) return refusals.invalid('paging beyond 10,000 results of a query is not supported')
    if (filterGroups.length > 5 || filterGroups.some(({ filters }) => filters.length > 6)) {
      return refusals.invalid('more than 5 filterGroups, or more than 6 filters in one')
    }
    const unknown = filterGroups.flatMap(({ filters }) => filters).find(({ operator }) => !(operator in operators))
    if (unknown) return refusals.invalid(`operator '${unknown.operator}' is unknown`)
    const indexed = now().getTime() - indexDelay
    const found = existing(type, false)
      .filter(({ updated }) => updated <= indexed)
      .filter((record) => filterGroups.length === 0 || filterGroups.some(({ filters }) => fits(record, type, filters)))
    for (const sort of sorts.slice(0, 1)) {
      const { propertyName, direction } = typeof sort === 'string' ? { propertyName: sort, direction: '' } : sort
      const sign = direction === 'DESCENDING' ? -1 : 1
      found.sort((a, b) => sign * compare(propertyOf(a, type, propertyName), propertyOf(b, type, propertyName)))
    }
    const page = found.slice(offset, offset + limit)
    const end = offset + page.length
    return {
      status: 200,
      body: {
        total: found.length,
        results: page.map((record) => shown(record, type, properties)),
        ...(end < found.length ? { paging: { next: { after: String(end), link: `?after=${end}` } } } : {}),
      },
    }
  }

  function associated(from: HubspotType, to: HubspotType, body: unknown): SandboxAnswer {
    const { inputs = [] } = (body ?? {}) as { inputs?: { id: string; after?: string }[] }
    if (inputs.length > 1_000) return refusals.invalid('more than 1000 inputs')
    const none: string[] = []
    const results = inputs.flatMap(({ id, after = '0' }) => {
      const ids = tables.get(from)!.get(id)?.associations.get(to) ?? []
      if (ids.length === 0) {
        none.push(id)
        return []
      }
      const end = Number(after) + associationPage
      return {
        from: { id },
        to: ids.slice(Number(after), end).map((toObjectId) => ({
          toObjectId,
          associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 1, label: null }],
        })),
        ...(end < ids.length ? { paging: { next: { after: String(end), link: '' } } } : {}),
      }
    })
    const errors = none.map((id) => ({
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
      message: `No ${to} is associated with ${from} ${id}.`,
      context: { fromObjectId: [id], fromObjectType: [from], toObjectType: [to] },
    }))
    if (errors.length === 0) return { status: 200, body: { status: 'COMPLETE', results } }
    return { status: 207, body: { status: 'COMPLETE', results, numErrors: errors.length, errors } }
  }

  for (const type of hubspotTypes) for (const record of account[type] ?? []) put(type, record)
  const errors = {
    tooMany: refusals.secondly.body,
    broken: refusals.broken.body,
    expired: refusals.expiredToken.body,
    revoked: refusals.unknownToken.body,
  }
  const sandbox = await serve(answer, errors, account.faults)
  return {
    ...sandbox,
    put,
    merge,
    edit: (type, id, properties) => {
      const record = find(type, id)
      record.properties = { ...record.properties, ...properties }
      record.updated = now().getTime()
    },
    archive: (type, id) => {
      find(type, id).archived = now().getTime()
    },
    erase: (type, id) => {
      sorted.delete(tables.get(type)!)
      tables.get(type)!.delete(id)
    },
  }
}

const fits = (record: Stored, type: HubspotType, filters: Filter[]) =>
  filters.every((filter) => operators[filter.operator]!(propertyOf(record, type, filter.propertyName), filter))

const byId = (a: string, b: string) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

const cursor = (id: string) => Buffer.from(id).toString('base64url')

function words(query: URLSearchParams, name: string): string[] | undefined {
  return query.has(name) ? query.getAll(name).flatMap((value) => value.split(',').filter(Boolean)) : undefined
}

/** Engagements name the times that HubSpot keeps differently, and contacts the second one. */
function names(type: HubspotType): { created: string; modified: string } {
  const created = type === 'contacts' || type === 'deals' || type === 'tickets' ? 'createdate' : 'hs_createdate'
  return { created, modified: type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate' }
}

function kept({ id, created, updated }: Stored, type: HubspotType): Record<string, string> {
  const named = names(type)
  return {
    hs_object_id: id,
    [named.created]: new Date(created).toISOString(),
    [named.modified]: new Date(updated).toISOString(),
  }
}

/** What searches compare: times kept by HubSpot as numbers, anything else as text. */
function propertyOf(record: Stored, type: HubspotType, name: string): Value {
  const named = names(type)
  if (name === 'hs_object_id') return record.id
  if (name === named.created) return record.created
  if (name === named.modified) return record.updated
  return record.properties[name] || null
}

/** A record as lists and searches show it: the properties asked for, null where empty, and those always given. */
function shown(record: Stored, type: HubspotType, asked: readonly string[] = Object.keys(record.properties)) {
  const own = { ...record.properties, ...kept(record, type) }
  return {
    id: record.id,
    properties: {
      ...kept(record, type),
      ...Object.fromEntries(asked.map((name) => [name, own[name] ?? null])),
    },
    createdAt: new Date(record.created).toISOString(),
    updatedAt: new Date(record.updated).toISOString(),
    archived: record.archived !== undefined,
    ...(record.archived === undefined ? {} : { archivedAt: new Date(record.archived).toISOString() }),
  }
}

function listedAssociations({ associations }: Stored, type: HubspotType, wanted: string[], most: number) {
  const found = [...associations].filter(([to, ids]) => wanted.includes(to) && ids.length > 0)
  if (found.length === 0) return {}
  const entries = found.map(([to, ids]) => [
    to,
    {
      results: ids.slice(0, most).map((id) => ({ id, type: `${type.slice(0, -1)}_to_${to.slice(0, -1)}` })),
      ...(ids.length > most ? { paging: { next: { after: String(most), link: '' } } } : {}),
    },
  ])
  return { associations: Object.fromEntries(entries) }
}
