import { createHmac } from 'node:crypto'
import type { Fault } from './faults.ts'
import type { SandboxAnswer, SandboxRequest, VendorErrors } from './messages.ts'
import { type Sandbox, serve } from './serve.ts'

/** What Facebook and Instagram have in common as servers. */
export interface GraphServer {
  /** Tokens that may call it. */
  readonly tokens: () => readonly string[]
  readonly now: () => Date
  /** The oldest version that lives; calls to older ones are served by it. @default 22 */
  readonly oldest?: number | undefined
  /** Percent of the rate limit that is used, stated in the headers. @default - the headers are not sent */
  readonly usage?: (() => Usage | undefined) | undefined
  /** Permissions the app lacks, by the edge they open (`insights`, `comments`, …), as a path or a field. @default - none */
  readonly missing?: Readonly<Record<string, string>> | undefined
  /** Of the app that made the tokens: a proof that is sent has to fit it. */
  readonly appSecret?: string | undefined
  /** The app's setting "Require App Secret". @default false */
  readonly requiresProof?: boolean | undefined
  /** Whether the tokens' owner is a developer of the app, and so may ask `debug_token`. @default true */
  readonly develops?: boolean | undefined
  /** Epoch seconds at which the tokens end. @default 0, which is never */
  readonly tokensEnd?: number | undefined
  /** Pages that the permissions were given for. @default - all */
  readonly targets?: readonly string[] | undefined
  readonly faults?: readonly Fault[] | undefined
}

export interface Usage {
  readonly percent: number
  /** @default 0 */
  readonly minutes?: number
  /** Which header states it. @default 'x-business-use-case-usage' */
  readonly header?: 'x-app-usage' | 'x-page-usage' | 'x-business-use-case-usage'
}

/** One call, understood. */
export interface GraphCall {
  /** Without the version. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
  readonly token: string
  /** The version that serves it. */
  readonly version: number
}

/** An error as Meta words it; thrown by routes. */
export class GraphRefusal extends Error {
  readonly body: unknown
  readonly status: number

  constructor(code: number, message: string, { subcode, status = 400 }: { subcode?: number; status?: number } = {}) {
    super(message)
    this.body = errorBody(code, message, subcode)
    this.status = status
  }
}

function errorBody(code: number, message: string, subcode?: number) {
  const type = [1, 2, 4, 17].includes(code) ? 'OAuthException' : 'GraphMethodException'
  return {
    error: {
      message,
      type: code === 190 || code === 10 ? 'OAuthException' : type,
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      is_transient: code === 1 || code === 2,
      fbtrace_id: 'AbCdEfGhIjKlMnOpQrStUv',
    },
  }
}

/** Bodies that the simulators' faults send. */
export const graphErrors: VendorErrors = {
  tooMany: errorBody(4, '(#4) Application request limit reached'),
  broken: errorBody(2, 'An unexpected error has occurred. Please retry your request later.'),
  expired: errorBody(190, 'Error validating access token: Session has expired on Tuesday.', 463),
  revoked: errorBody(190, 'Error validating access token: The user has not authorized application 1.', 458),
  tokenStatus: 400,
}

/** Serves routes as the Graph API does: versions, tokens, permissions, usage headers, errors. */
export async function serveGraph(server: GraphServer, route: (call: GraphCall) => unknown): Promise<Sandbox> {
  const { oldest = 22 } = server
  function answer(request: SandboxRequest): SandboxAnswer {
    const [first = '', ...rest] = request.path.split('/').filter(Boolean)
    const asked = /^v(\d+)\.0$/.exec(first)
    const version = Math.max(asked ? Number(asked[1]) : oldest, oldest)
    const headers = { ...usageHeaders(server.usage?.()), 'facebook-api-version': `v${version}.0` }
    try {
      const token = tokenOf(request)
      if (!token) throw new GraphRefusal(2500, 'An active access token must be used to query information.')
      const path = asked ? rest : [first, ...rest]
      if (path[0] !== 'refresh_access_token' && !server.tokens().includes(token)) {
        throw new GraphRefusal(190, 'Invalid OAuth access token - Cannot parse access token')
      }
      checkProof(server, token, request.query.get('appsecret_proof'))
      if (path[0] === 'debug_token') return { status: 200, headers, body: inspected(server, request.query) }
      const edges = [path[1] ?? '', ...parseFields(request.query.get('fields') ?? '').map(({ name }) => name)]
      const permission = edges.map((edge) => server.missing?.[edge]).find(Boolean)
      if (permission) {
        throw new GraphRefusal(10, `(#10) This endpoint requires the '${permission}' permission`, { status: 403 })
      }
      return { status: 200, headers, body: route({ path, query: request.query, token, version }) }
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error
      return { status: error.status, headers, body: error.body }
    }
  }
  return serve(answer, graphErrors, server.faults)
}

/** What an app's tokens may be given. */
const PERMISSIONS = [
  ...['read_insights', 'pages_read_engagement', 'pages_show_list', 'pages_read_user_content', 'pages_messaging'],
  ...['instagram_basic', 'instagram_manage_insights', 'instagram_manage_comments'],
]

/** As the reference "Debug-Token" has it, and the guide "Debug and Error Handling" with its sample answer. */
function inspected(
  { tokens, missing = {}, develops = true, tokensEnd = 0, targets }: GraphServer,
  query: URLSearchParams,
) {
  if (!develops) {
    const owner = 'a user access token that is an owner or developer of the app'
    throw new GraphRefusal(100, `(#100) You must provide an app access token, or ${owner}`)
  }
  const isValid = tokens().includes(query.get('input_token') ?? '')
  const scopes = PERMISSIONS.filter((one) => isValid && !Object.values(missing).includes(one))
  const granular_scopes = scopes.map((scope) => ({ scope, ...(targets && { target_ids: targets }) }))
  const app = { app_id: '1', type: 'USER', application: 'Tidemark' }
  const ends = { data_access_expires_at: tokensEnd, expires_at: tokensEnd }
  return { data: { ...app, ...ends, is_valid: isValid, scopes, granular_scopes, user_id: '5' } }
}

/** As the guide "Secure Graph API Calls" has it: HMAC-SHA256 of the token, keyed with the app's secret, in hex. */
function checkProof({ appSecret = '', requiresProof = false }: GraphServer, token: string, proof: string | null): void {
  if (proof === null) {
    if (!requiresProof) return
    throw new GraphRefusal(100, 'API calls from the server require an appsecret_proof argument')
  }
  if (proof !== createHmac('sha256', appSecret).update(token).digest('hex')) {
    throw new GraphRefusal(100, 'Invalid appsecret_proof provided in the API argument')
  }
}

function tokenOf({ headers, query }: SandboxRequest): string | undefined {
  return headers.authorization?.replace(/^Bearer /, '') ?? query.get('access_token') ?? undefined
}

function usageHeaders(usage: Usage | undefined): Record<string, string> {
  if (!usage) return {}
  const { percent, minutes = 0, header = 'x-business-use-case-usage' } = usage
  const counts = { call_count: percent, total_cputime: Math.min(percent, 5), total_time: Math.min(percent, 7) }
  if (header !== 'x-business-use-case-usage') return { [header]: JSON.stringify(counts) }
  const bucket = { type: 'pages', ...counts, estimated_time_to_regain_access: minutes }
  return { [header]: JSON.stringify({ '501': [bucket] }) }
}

/** A page of a list, by cursor, with links that hold the token, as Meta's do. */
export function paged<T>(rows: readonly T[], { query, token, path, version }: GraphCall, most = 100) {
  const limit = Number(query.get('limit') ?? 25)
  if (!(limit >= 1 && limit <= most))
    throw new GraphRefusal(100, `(#100) limit ${limit} is over the maximum of ${most}`)
  const start = query.has('after') ? Number(Buffer.from(query.get('after')!, 'base64url')) : 0
  const data = rows.slice(start, start + limit)
  const end = start + data.length
  if (data.length === 0) return { data }
  const after = Buffer.from(String(end)).toString('base64url')
  const cursors = { before: Buffer.from(String(start)).toString('base64url'), after }
  if (end >= rows.length) return { data, paging: { cursors } }
  return { data, paging: { cursors, next: link(version, path, query, { access_token: token, after }) } }
}

/** An address of the Graph API, token and all. */
export function link(version: number, path: readonly string[], query: URLSearchParams, more: Record<string, string>) {
  const all = new URLSearchParams(query)
  for (const [name, value] of Object.entries(more)) all.set(name, value)
  return `https://graph.facebook.com/v${version}.0/${path.join('/')}?${all}`
}

/** A field of `fields`, with its arguments (`limit(0)`) and its own fields. */
export interface Field {
  readonly name: string
  readonly args: Readonly<Record<string, string>>
  readonly fields: readonly Field[]
}

/** Reads `fields=a,b.limit(2){c,d}`. */
export function parseFields(text: string): Field[] {
  return splitTop(text).map((one) => {
    const [, head = '', inner] = /^([^{]*)(?:\{(.*)\})?$/s.exec(one) ?? []
    const [name = '', ...calls] = head.split(/\.(?![^(]*\))/)
    const args = calls.map((call) => /^(\w+)\((.*)\)$/.exec(call) ?? ['', call, ''])
    return {
      name,
      args: Object.fromEntries(args.map(([, key, value]) => [key!, value!])),
      fields: inner === undefined ? [] : parseFields(inner),
    }
  })
}

/** Splits at commas outside of brackets. */
function splitTop(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const char of text) {
    if (char === '(' || char === '{') depth++
    if (char === ')' || char === '}') depth--
    if (char === ',' && depth === 0) {
      parts.push(part)
      part = ''
    } else part += char
  }
  return [...parts, part].filter(Boolean)
}

/** What of an object the fields ask for; `edges` gives those that are lists of their own. */
export function selected(
  fields: readonly Field[],
  object: Readonly<Record<string, unknown>>,
  edges: Readonly<Record<string, (field: Field) => unknown>> = {},
): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const field of fields) {
    const value = edges[field.name] ? edges[field.name]!(field) : object[field.name]
    if (!edges[field.name] && !Object.hasOwn(object, field.name)) {
      throw new GraphRefusal(100, `(#100) Tried accessing nonexisting field (${field.name})`)
    }
    if (value !== undefined) shown[field.name] = value
  }
  return shown
}

/** As Meta writes times: no colon in the offset. */
export const graphTime = (time: number | string) => `${new Date(time).toISOString().slice(0, 19)}+0000`

/** Reads a time parameter: seconds or a date. */
export function timeOf(text: string | null): number | undefined {
  if (text === null) return undefined
  return /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text)
}
