import type { Context } from 'hono'
import * as z from 'zod'

/** Every problem the API answers with: status and title. The anchor of its `type` is its name. */
export const problems = {
  'invalid-request': [400, 'The request is not valid'],
  'key-in-url': [400, 'A key does not belong into a URL'],
  unauthenticated: [401, 'No valid key'],
  'missing-scope': [403, 'The key lacks a scope'],
  'no-such-route': [404, 'There is no such route'],
  'unknown-metric': [404, 'There is no such metric'],
  'unknown-annotation': [404, 'There is no such annotation'],
  'unknown-source': [404, 'There is no such source'],
  'no-snapshot': [404, 'There is no snapshot of that day'],
  'retired-metric': [410, 'That metric was removed'],
  'method-not-allowed': [405, 'The route does not know that method'],
  'idempotency-clash': [409, 'The key of the request was used for another one'],
  'body-too-large': [413, 'The body is too large'],
  'url-too-long': [414, 'The URL is too long'],
  'no-json': [415, 'The body is no JSON'],
  'wrong-host': [421, 'That host is not served here'],
  'answer-too-large': [422, 'The answer would be too large'],
  'not-additive': [422, 'That would add up what does not add up'],
  'quota-exceeded': [429, 'The quota of the key is used up'],
  internal: [500, 'Something is broken on our side'],
  unavailable: [503, 'Try again later'],
} as const

export type ProblemName = keyof typeof problems

/** A parameter that does not fit. */
export interface InvalidParam {
  readonly name: string
  readonly reason: string
}

/** RFC 9457, with `invalid_params` spelled as its erratum 6178 corrects it. */
export const Problem = z
  .object({
    type: z
      .string()
      .describe(
        'names the problem for ever; relative to this deployment, where it is explained, or as registered with IANA',
      ),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().describe('id of the request, also in the header X-Request-Id'),
    invalid_params: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

/** Problems that have a name of their own in the registry of HTTP problem types. */
const REGISTERED: { readonly [name in ProblemName]?: string } = {
  'quota-exceeded': 'https://iana.org/assignments/http-problem-types#quota-exceeded',
}

/** What names a problem for ever. */
export const problemType = (name: ProblemName): string => REGISTERED[name] ?? `/problems.html#${name}`

export interface ProblemDetails {
  readonly detail?: string
  readonly invalidParams?: readonly InvalidParam[]
  readonly headers?: Readonly<Record<string, string>>
}

/** The answer that tells the caller what went wrong, as `application/problem+json`; never cached. */
export function problem(
  c: Context,
  name: ProblemName,
  { detail, invalidParams, headers }: ProblemDetails = {},
): Response {
  const [status, title] = problems[name]
  const body: z.output<typeof Problem> = {
    type: problemType(name),
    title,
    status,
    ...(detail !== undefined && { detail }),
    instance: c.get('requestId'),
    ...(invalidParams && { invalid_params: [...invalidParams] }),
  }
  return c.body(JSON.stringify(body), status, {
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Cache-Control': 'no-store',
    Vary: 'Accept, Authorization',
    ...headers,
  })
}
