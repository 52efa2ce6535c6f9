import { createHmac } from 'node:crypto'
import * as z from 'zod'
import type { Api, Http, Request } from './api.ts'
import { noRepeat } from './cursor.ts'
import { addDays, type Day, dayOf } from './day.ts'
import { TidemarkError } from './errors.ts'
import { type Asker, BEFORE_PROFESSIONAL, GONE, graphRefusal, isTokenRefused, PAUSE, refusal } from './graph-refusal.ts'
import { type GraphUsage, graphUsage } from './graph-usage.ts'
import type { Json, Page } from './page.ts'
import type { Note, Turn } from './source.ts'

/** Percent of a rate limit at which reading stops by itself; the rest stays for the company's other apps. */
const FULL = 90

type Headers = Readonly<Record<string, string>>

/**
 * What Facebook and Instagram have in common as APIs.
 * @param asker with `appSecret`, every request proves that it is the app's own (guide "Secure Graph API Calls")
 */
export function graphApi(asker: Asker): Pick<Api, 'failure' | 'expired' | 'sign' | 'retryAfter' | 'quota'> {
  const { appSecret } = asker
  return {
    sign: ({ headers, query }) => {
      const token = query.get('access_token') ?? headers.authorization?.replace(/^Bearer /, '')
      if (!token || !appSecret) return {}
      return { appsecret_proof: createHmac('sha256', appSecret).update(token).digest('hex') }
    },
    // A token that is no good is answered with 400.
    expired: ({ body }) => isTokenRefused(body),
    failure: (answer) => graphRefusal(answer, asker),
    retryAfter: (headers) => graphUsage(headers)?.wait || undefined,
    quota: (headers) => {
      const usage = graphUsage(headers)
      return usage && { percent: Math.max(0, 100 - usage.used) }
    },
  }
}

function isDeadMetric(error: unknown): boolean {
  if (!(error instanceof TidemarkError && error.code === 'changed')) return false
  const { code, subcode } = refusal(error) ?? {}
  return code === 3_001 || (code === 100 && subcode !== GONE && subcode !== BEFORE_PROFESSIONAL)
}

/** Error 100 means any wrong parameter, such as an id of another kind of object. */
const namesMetric = (error: unknown) =>
  error instanceof TidemarkError && (refusal(error)?.code === 3_001 || /\bmetrics?\b/i.test(error.message))

/** What came of asking for metrics of which some may be dead. */
export interface Living<T> {
  readonly answer: T
  readonly alive: readonly string[]
  readonly notes: readonly Note[]
}

/**
 * Asks for all metrics at once. One that exists no more fails the whole call, for all versions of the interface on the
 * same day; then each is asked for alone, and those alive once more together.
 * @param none asks for nothing of them, where all are refused as metrics. @default - throws the refusal where none is alive
 */
export async function askLiving<T>(
  metrics: readonly string[],
  ask: (metrics: readonly string[]) => Promise<T>,
  none?: () => Promise<T>,
): Promise<Living<T>> {
  if (metrics.length === 0 && none) return { answer: await none(), alive: [], notes: [] }
  let first: unknown
  try {
    return { answer: await ask(metrics), alive: metrics, notes: [] }
  } catch (error) {
    if (!isDeadMetric(error)) throw error
    first = error
  }
  const alive: string[] = []
  for (const metric of metrics.length > 1 ? metrics : []) {
    try {
      await ask([metric])
      alive.push(metric)
    } catch (error) {
      if (!isDeadMetric(error)) throw error
    }
  }
  if (alive.length === 0 && !(none && namesMetric(first))) {
    if (!namesMetric(first)) throw first
    const { code, message } = first as TidemarkError
    throw new TidemarkError(code, `${message}; asked for ${metrics.join(', ')}: Meta has withdrawn them`)
  }
  const answer = alive.length > 0 ? await ask(alive) : await none!()
  const dead = metrics.filter((metric) => !alive.includes(metric))
  const notes = dead.map((metric) => ({ code: 'metric_dead', message: `the Graph API refuses metric ${metric}` }))
  return { answer, alive, notes }
}

/** A checked answer, ready for the lake. */
export interface GraphAnswer<T> {
  readonly bytes: Uint8Array
  readonly body: T
  readonly notes: readonly Note[]
}

/**
 * Reads the Graph API at one version: stops before a rate limit is used up, says where another version answered than
 * was asked for (an ended one is served by the next), and keeps tokens out of what it returns.
 */
export function openGraph(http: Http, version: number) {
  let spent: GraphUsage | undefined
  return {
    /** @throws `limited`, before anything is sent, where the last answer said that the limit is nearly used up */
    async get<Z extends z.ZodType>(
      path: string,
      query: NonNullable<Request['query']>,
      schema: Z,
    ): Promise<GraphAnswer<z.output<Z>>> {
      if (spent && spent.used >= FULL) {
        const message = `${spent.used} % of Meta's rate limit is used; reading stops at ${FULL} % until it is free again`
        throw new TidemarkError('limited', message, { retryAfter: spent.wait || PAUSE })
      }
      const { bytes, body, headers } = await http.get(`v${version}.0/${path}`, { query, schema })
      spent = graphUsage(headers)
      const note = endedNote(headers, version)
      return { bytes: withoutTokens(bytes), body, notes: note ? [note] : [] }
    },
  }
}

/** That a version has ended, and another one answers in its place; undefined while it lives. */
export function endedNote(headers: Headers, version: number): Note | undefined {
  const served = headers['facebook-api-version']
  if (served === undefined || served === `v${version}.0`) return undefined
  const message = `Meta answers as ${served} where v${version}.0 was asked for; set option 'version' to a living one`
  return { code: 'version_ended', message }
}

/** Links to further pages repeat the token that asked for this one, as it is or escaped; a Page may show its own. */
function withoutTokens(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!buffer.includes('access_token') && !buffer.includes('appsecret_proof')) return bytes
  const hidden = buffer
    .toString()
    .replace(/\b(access_token|appsecret_proof)(=|%3D|\\u003[dD])(?:[^&"\\\s]|\\u0025)*/g, '$1$2***')
    .replace(/("access_token"\s*:\s*)"[^"]*"/g, '$1"***"')
  return Buffer.from(hidden)
}

/** `paging` of a list. */
export const Paging = z
  .object({ next: z.string().nullish(), cursors: z.object({ after: z.string().nullish() }).nullish() })
  .nullish()

/** What of a next-link's query leads to the next page. */
const CURSORS = ['after', 'until', 'since', 'offset', '__paging_token']

/**
 * The query of the next page of a list; null on the last. The link itself is not followed: it holds a token, and
 * may lead to another host. Not for insights, whose links move the window for ever.
 * @throws `changed` for a link without a cursor
 */
export function nextPage(paging: z.output<typeof Paging>): GraphCursor {
  if (!paging?.next) return null
  const query = URL.canParse(paging.next) ? new URL(paging.next).searchParams : new URLSearchParams()
  const found = Object.fromEntries(CURSORS.flatMap((name) => (query.has(name) ? [[name, query.get(name)!]] : [])))
  if (!found.after && !found.until && !found.offset) {
    if (paging.cursors?.after) return { after: paging.cursors.after }
    throw new TidemarkError('changed', 'a list of the Graph API has a next page and no cursor to it')
  }
  return found
}

/** Where a list goes on; null at its beginning, and after its end. */
export type GraphCursor = Readonly<Record<string, string>> | null

/** A turn of a list, before it is known where it goes on. */
type Made = Omit<Extract<Turn, { page: Page }>, 'resume'>

/** A page for the lake; its notes are kept with what else its bytes do not hold. */
export function graphPage(
  bytes: Uint8Array,
  notes: readonly Note[],
  context: { readonly [key: string]: Json } = {},
): Made {
  const all = notes.length > 0 ? { ...context, notes: notes.map((note) => ({ ...note })) } : context
  return { page: { bytes, ...(Object.keys(all).length > 0 && { context: all }) } }
}

/** The notes of a page, for `notes` of a stream. */
export function graphNotes({ context }: Page): readonly Note[] {
  return (context as { notes?: readonly Note[] } | undefined)?.notes ?? []
}

/** Larger pages of posts with insights are refused at once; how much is too much, Meta does not say. */
const LIST_LIMITS = [25, 5, 1]

/**
 * A list, page after page, until its end or `ask` says that there is no more. Where a page is refused for its size
 * (`error 1: Please reduce the amount of data you're asking for`), smaller ones are asked for.
 */
export async function* graphList(
  from: Json,
  ask: (cursor: GraphCursor, limit: number) => Promise<{ made: Made; next: GraphCursor }>,
): AsyncGenerator<Turn, void, void> {
  const once = noRepeat()
  let cursor = from as GraphCursor
  let size = 0
  do {
    let page: { made: Made; next: GraphCursor } | undefined
    while (!page) {
      page = await ask(cursor, LIST_LIMITS[size]!).catch((error) => {
        if (!isTooMuch(error) || size + 1 === LIST_LIMITS.length) throw error
        size++
        return undefined
      })
    }
    const { made, next } = page
    if (next) once(JSON.stringify(next))
    yield { ...made, resume: next }
    cursor = next
  } while (cursor)
}

const isTooMuch = (error: unknown) => error instanceof TidemarkError && /reduce the amount of data/i.test(error.message)

/**
 * Whether pages after this one may hold rows from `start` on: of a list that comes newest first, not those after a page
 * that is all older. An empty page says nothing (guide "Paginated Results": rows are left out after a page was cut), and
 * neither does one in another order.
 */
export function mayFollow<T extends string>(page: readonly Record<T, string>[], time: T, start: number): boolean {
  const times = page.map((row) => Date.parse(row[time]))
  return times.length === 0 || times[0]! < times.at(-1)! || times.some((one) => one >= start)
}

/** A list whose records are checked one by one later. */
export const GraphRows = z.object({ data: z.array(z.looseObject({})) })

/**
 * A time as the Graph API writes it: RFC 3339, but for the colon in the offset. The guide "Conversations API" and the
 * reference "Page Ratings" show epoch seconds.
 */
export const GraphTime = z.union([
  z.string().refine((value) => !Number.isNaN(Date.parse(value)), 'expected a time'),
  z.coerce
    .number()
    .int()
    .positive()
    .transform((seconds) => new Date(seconds * 1_000).toISOString()),
])

/** Meta's days, whoever asks. */
export const META_ZONE = 'America/Los_Angeles'

/** The earliest day of insights: "only the last two years" are kept (reference "Page Insights", Limitations). */
export const metaSince = (now: Date): Day => addDays(dayOf(now.getTime(), META_ZONE), -729)
