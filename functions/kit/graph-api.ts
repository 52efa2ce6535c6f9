import { createHmac } from 'node:crypto'
import * as z from 'zod'
import type { Api, Http, Request } from './api.ts'
import { noRepeat } from './cursor.ts'
import { addDays, type Day, dayOf } from './day.ts'
import { TidemarkError } from './errors.ts'
import type { Json, Page } from './page.ts'
import type { Note, Turn } from './source.ts'

/** Percent of a rate limit at which reading stops by itself; the rest stays for the company's other apps. */
const FULL = 90
/** Seconds to wait where Meta does not say how long: limits count a sliding hour or day. */
const PAUSE = 900

const Percent = z.number().default(0)
const Usage = z.object({
  call_count: Percent,
  total_cputime: Percent,
  total_time: Percent,
  /** Minutes; 0 until the limit is reached. */
  estimated_time_to_regain_access: z.number().default(0),
})
const ByBusiness = z.record(z.string(), z.array(Usage)).transform((all) => Object.values(all).flat())
const AsList = Usage.transform((usage) => [usage])

type Headers = Readonly<Record<string, string>>

/** The share of the limits that is used up, in percent, and the seconds until calls are allowed again. */
interface Spent {
  readonly used: number
  readonly wait: number
}

/** What the usage headers say; those that cannot be read say nothing. */
function spentOf(headers: Headers): Spent | undefined {
  const all = [
    ...read(headers['x-app-usage'], AsList),
    ...read(headers['x-page-usage'], AsList),
    ...read(headers['x-business-use-case-usage'], ByBusiness),
  ]
  if (all.length === 0) return undefined
  return {
    used: Math.max(...all.flatMap((usage) => [usage.call_count, usage.total_cputime, usage.total_time])),
    wait: Math.max(...all.map((usage) => usage.estimated_time_to_regain_access)) * 60,
  }
}

function read<T>(header: string | undefined, schema: z.ZodType<T[]>): T[] {
  if (header === undefined) return []
  try {
    return schema.parse(JSON.parse(header))
  } catch {
    return []
  }
}

const Refusal = z.object({
  error: z.object({
    message: z.string().default(''),
    type: z.string().default(''),
    code: z.int().optional(),
    error_subcode: z.int().optional(),
    is_transient: z.boolean().default(false),
  }),
})

/** Application, user, page and custom limits; 341 is the application's daily one; 80000–80014 those of business uses. */
const isLimit = (code: number) => [4, 17, 32, 341, 368, 613].includes(code) || (code >= 80_000 && code <= 80_014)
const isToken = (code: number) => code === 102 || code === 190
/** Why a token is no good, by subcode; a code 190 without one says no more (guide "Handling Errors"). */
const TOKEN_FAULTS: Record<number, string> = {
  458: 'its owner has removed the app',
  459: 'its owner has to log in to Facebook and clear a check',
  460: 'its owner has changed the password',
  463: 'it has expired',
  464: 'its owner is not confirmed',
  467: 'it has expired or was revoked',
  492: 'its owner no longer has a role on the Page',
}
/** Code 100, as bad parameters have, hence known by its words (facebook/facebook-python-business-sdk issue 528). */
const isProof = (code: number, message: string) => code === 100 && /\bappsecret_proof\b/.test(message)
/** Codes of a permission that is missing. */
export const isPermission = (code: number): boolean => code === 3 || code === 10 || (code >= 200 && code <= 299)
/** A field, path or version that exists no more: "(#12) … is deprecated for versions v2.11 and higher". */
const isVersion = (code: number) => code === 12 || code === 2500 || code === 2635

/**
 * How Meta's Graph API, under Facebook and under Instagram, words limits and failures. Codes: guides "Handling Errors"
 * (developers.facebook.com/docs/graph-api/guides/error-handling) and "Rate Limits" (…/graph-api/overview/rate-limiting).
 * @param appSecret with it, every request proves that it is the app's own (guide "Secure Graph API Calls")
 */
export function graphApi(
  version: number,
  appSecret?: string,
): Pick<Api, 'failure' | 'expired' | 'sign' | 'retryAfter' | 'quota'> {
  return {
    ...(appSecret !== undefined && {
      sign: ({ headers, query }) => {
        const token = query.get('access_token') ?? headers.authorization?.replace(/^Bearer /, '')
        return token ? { appsecret_proof: createHmac('sha256', appSecret).update(token).digest('hex') } : {}
      },
    }),
    // A token that is no good is answered with 400.
    expired: ({ body }) => isToken(Refusal.safeParse(body).data?.error.code ?? 0),
    failure: ({ status, body }) => {
      const { data } = Refusal.safeParse(body)
      if (!data) return undefined
      const { message, type, is_transient, error_subcode } = data.error
      const code = data.error.code ?? (/^OAuth.*Token/.test(type) ? 190 : 0)
      const said = `error ${code}${error_subcode ? `/${error_subcode}` : ''}: ${message}`
      // A 429 has headers of its own that say how long to wait.
      if (isLimit(code)) return new TidemarkError('limited', said, { retryAfter: status === 429 ? undefined : PAUSE })
      if (isToken(code)) {
        const why = TOKEN_FAULTS[error_subcode ?? 0]
        return new TidemarkError('credentials', `${said}${why ? ` (${why})` : ''}; renew the token: secret 'token'`)
      }
      if (isProof(code, message)) {
        const what = appSecret ? 'is not of the app that the token was made by: correct it' : 'is needed: set it'
        const where = 'TIDEMARK_<SOURCE ID>_APP_SECRET'
        return new TidemarkError('credentials', `${said}; the secret 'appSecret' (${where}) ${what}`)
      }
      if (isPermission(code)) {
        return new TidemarkError('credentials', `${said}; give the app and the token's owner the permission it names`)
      }
      if (is_transient || code === 1 || code === 2 || status >= 500) return new TidemarkError('unavailable', said)
      const which = isVersion(code) ? `; asked of version v${version}.0: set option 'version' to a living one` : ''
      return new TidemarkError('changed', `${said}${which}`)
    },
    retryAfter: (headers) => spentOf(headers)?.wait || undefined,
    quota: (headers) => {
      const spent = spentOf(headers)
      return spent && { percent: Math.max(0, 100 - spent.used) }
    },
  }
}

/** The code and subcode with which the Graph API refused; undefined if it was something else. */
export function refusal(error: unknown): { code: number; subcode: number | undefined } | undefined {
  const found = error instanceof TidemarkError && /\berror (\d+)(?:\/(\d+))?: /.exec(error.message)
  return found ? { code: Number(found[1]), subcode: found[2] ? Number(found[2]) : undefined } : undefined
}

/** Subcode of an object that does not exist, or is hidden from this token. */
export const GONE = 33
/** Subcode of a post older than the account's change into a professional one. */
export const BEFORE_PROFESSIONAL = 2_108_006

function isDeadMetric(error: unknown): boolean {
  if (!(error instanceof TidemarkError && error.code === 'changed')) return false
  const { code, subcode } = refusal(error) ?? {}
  return code === 3_001 || (code === 100 && subcode !== GONE && subcode !== BEFORE_PROFESSIONAL)
}

/** What came of asking for metrics of which some may be dead. */
export interface Living<T> {
  readonly answer: T
  readonly alive: readonly string[]
  readonly notes: readonly Note[]
}

/**
 * Asks for all metrics at once. One that exists no more fails the whole call, for all versions of the interface on the
 * same day; then each is asked for alone, and those alive once more together.
 * @param none asks for nothing of them. @default - throws the refusal where no metric is alive
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
  if (alive.length === 0 && !none) throw first
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
  let spent: Spent | undefined
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
      spent = spentOf(headers)
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

/** Links to further pages repeat the token that asked for this one, as it is or escaped. */
function withoutTokens(bytes: Uint8Array): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!buffer.includes('access_token') && !buffer.includes('appsecret_proof')) return bytes
  return Buffer.from(buffer.toString().replace(/\b(access_token|appsecret_proof)=(?:[^&"\\\s]|\\u0025)*/g, '$1=***'))
}

/** `paging` of a list. */
export const Paging = z.object({ next: z.string().optional() }).optional()

/** What of a next-link's query leads to the next page. */
const CURSORS = ['after', 'until', 'since', 'offset', '__paging_token']

/**
 * The query of the next page of a list; null on the last. The link itself is not followed: it holds a token, and
 * may lead to another host. Not for insights, whose links move the window for ever.
 * @throws `changed` for a link without a cursor
 */
export function nextPage(paging: z.output<typeof Paging>): GraphCursor {
  if (paging?.next === undefined) return null
  const query = URL.canParse(paging.next) ? new URL(paging.next).searchParams : new URLSearchParams()
  const found = Object.fromEntries(CURSORS.flatMap((name) => (query.has(name) ? [[name, query.get(name)!]] : [])))
  if (!found.after && !found.until && !found.offset) {
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

/** A list, page after page, until its end or `ask` says that there is no more. */
export async function* graphList(
  from: Json,
  ask: (cursor: GraphCursor) => Promise<{ made: Made; next: GraphCursor }>,
): AsyncGenerator<Turn, void, void> {
  const once = noRepeat()
  let cursor = from as GraphCursor
  do {
    const { made, next }: { made: Made; next: GraphCursor } = await ask(cursor)
    if (next) once(JSON.stringify(next))
    yield { ...made, resume: next }
    cursor = next
  } while (cursor)
}

/** Whether a list that comes newest first has more to give: one whose page is all from before `start` has not. */
export function isAnyLater<T extends string>(page: readonly Record<T, string>[], time: T, start: number): boolean {
  return page.some((row) => Date.parse(row[time]) >= start)
}

const text = new TextDecoder()

/** The body of a page, read again. @throws `changed` if it is not what the schema says */
export function graphBody<Z extends z.ZodType>(schema: Z, { bytes }: Page): z.output<Z> {
  const { data, error } = schema.safeParse(JSON.parse(text.decode(bytes)))
  if (error) throw new TidemarkError('changed', `a page of the Graph API: ${z.prettifyError(error)}`)
  return data
}

/** A list whose records are checked one by one later. */
export const GraphRows = z.object({ data: z.array(z.looseObject({})) })

/** A time as the Graph API writes it: RFC 3339, but for the colon in the offset. */
export const GraphTime = z.string().refine((value) => !Number.isNaN(Date.parse(value)), 'expected a time')

/** Meta's days, whoever asks. */
export const META_ZONE = 'America/Los_Angeles'

/** The earliest day of insights: "only the last two years" are kept (reference "Page Insights", Limitations). */
export const metaSince = (now: Date): Day => addDays(dayOf(now.getTime(), META_ZONE), -729)
