import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import type { SandboxRequest } from '../../sandbox/messages.ts'
import { ACCOUNT, mention, mentions, NOW, posts, read, source, start } from '../sources/x-account.ts'
import { vendorFile } from './discovery.ts'
import { probe } from './probe.ts'

const file = vendorFile('x/spec/openapi-2.159.json')

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: { readonly type?: string; readonly $ref?: string }
}
interface Operation {
  readonly operationId: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly (Parameter | { readonly $ref: string })[]
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { schema: object }>> }>>
}
interface Spec {
  readonly paths: Readonly<Record<string, { readonly get?: Operation }>>
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly schemas: Readonly<Record<string, { readonly properties?: Readonly<Record<string, object>> }>>
    readonly securitySchemes: {
      readonly OAuth2UserToken: {
        readonly flows: { readonly authorizationCode: { readonly tokenUrl: string; readonly scopes: object } }
      }
    }
  }
}

/** The official description, as a judge of requests and answers. */
function readSpec() {
  const spec: Spec = JSON.parse(readFileSync(file.path, 'utf8'))
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(spec, 'spec')
  const problems = (schema: object, value: unknown) => {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"spec#/components/')
    const validate = ajv.compile(JSON.parse(text))
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
  const operationOf = ({ path }: SandboxRequest) => {
    const parts = path.split('/')
    const found = Object.entries(spec.paths).find(([template]) => {
      const wanted = template.split('/')
      return wanted.length === parts.length && wanted.every((part, i) => /^\{/.test(part) || part === parts[i])
    })
    const exact = spec.paths[path]?.get
    if (exact) return exact
    if (!found?.[1].get) throw new Error(`the specification has no GET ${path}`)
    return found[1].get
  }
  return {
    spec,
    operationOf,
    request: (request: SandboxRequest): string[] => {
      const parameters = operationOf(request).parameters.map((one) =>
        '$ref' in one ? spec.components.parameters[one.$ref.split('/').at(-1)!]! : one,
      )
      return [...request.query].flatMap(([name, value]) => {
        const known = parameters.find((one) => one.in === 'query' && one.name === name)
        if (!known) return [`no parameter ${name}`]
        const { type } = known.schema
        const given = type === 'array' ? value.split(',') : type === 'integer' ? Number(value) : value
        return problems({ type: 'object', properties: { v: known.schema } }, { v: given })
      })
    },
    answer: (request: SandboxRequest, status: number, body: unknown): string[] => {
      const { responses } = operationOf(request)
      const content = (responses[String(status)] ?? responses.default!).content
      return problems((content['application/problem+json'] ?? content['application/json']!).schema, body)
    },
    /** Names of fields that a schema does not list; it forbids none. */
    unlisted: (schema: string, value: object): string[] => {
      const { properties = {} } = spec.components.schemas[schema]!
      return Object.keys(value).filter((name) => !(name in properties))
    },
  }
}

const decoded = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes))

describe.skipIf(!file.exists)(`X's OpenAPI description (${file.path})`, () => {
  test.each([
    ['posts', 'getUsersPosts', 2],
    ['mentions', 'getUsersMentions', 2],
    ['followers', 'getUsersById', 1],
  ])('fits every request and every answer of %s', async (stream, operation, calls) => {
    const { request, answer, operationOf, unlisted } = readSpec()
    const sandbox = await start({
      posts: posts(120),
      mentions: [...mentions(119), mention(200, { repliesTo: '77' })],
      withheld: [posts(3)[2]!.id, mentions(3)[2]!.id],
    })
    const { pages } = await read(sandbox, stream, {}, { clicks: true })
    expect(sandbox.requests).toHaveLength(calls)
    for (const [i, sent] of sandbox.requests.entries()) {
      expect(operationOf(sent).operationId).toBe(operation)
      expect(request(sent)).toEqual([])
      const body = decoded(pages[i]!.bytes)
      expect(answer(sent, 200, body)).toEqual([])
      for (const one of [body.data].flat()) expect(unlisted(stream === 'followers' ? 'User' : 'Tweet', one)).toEqual([])
    }
  })

  test.each([
    [{}, 'getUsersById'],
    [{ clicks: true }, 'getUsersMe'],
  ])('fits the request and the answer of the probe: %j', async (more, operation) => {
    const { request, answer, operationOf, unlisted } = readSpec()
    const sandbox = await start()
    const [body] = await probe(source(sandbox, more), { ...sandbox.tokens.consent }, NOW)
    const [sent] = sandbox.requests
    expect(operationOf(sent!).operationId).toBe(operation)
    expect(request(sent!)).toEqual([])
    expect(answer(sent!, 200, body)).toEqual([])
    expect(unlisted('User', (body as { data: object }).data)).toEqual([])
  })

  test('has what is consumed where it is consumed', () => {
    const { spec } = readSpec()
    const { Tweet, User } = spec.components.schemas
    const counters = (Tweet!.properties!.public_metrics as { properties: object }).properties
    expect(Object.keys(counters)).toEqual(
      expect.arrayContaining([
        ...['retweet_count', 'quote_count', 'reply_count', 'like_count', 'bookmark_count', 'impression_count'],
      ]),
    )
    expect(Object.keys((User!.properties!.public_metrics as { properties: object }).properties)).toContain(
      'followers_count',
    )
    expect(Object.keys(Tweet!.properties!)).toEqual(
      expect.arrayContaining(['created_at', 'author_id', 'in_reply_to_user_id', 'conversation_id']),
    )
  })

  test('knows the refusals of the simulator', async () => {
    const { answer } = readSpec()
    const sandbox = await start()
    await read(sandbox, 'posts')
    const [sent] = sandbox.requests
    const ask = async (change: (query: URLSearchParams) => void, path = sent!.path) => {
      const query = new URLSearchParams(sent!.query)
      change(query)
      const { authorization } = sent!.headers
      const given = await fetch(new URL(`${path}?${query}`, sandbox.baseUrl), {
        headers: { authorization: authorization! },
      })
      return { status: given.status, problems: answer(sent!, given.status, await given.json()) }
    }
    expect(await ask((query) => query.set('max_results', '101'))).toEqual({ status: 400, problems: [] })
    expect(await ask((query) => query.set('what', '1'))).toEqual({ status: 400, problems: [] })
    expect(await ask(() => {}, '/2/users/1/tweets')).toEqual({ status: 200, problems: [] })
    sandbox.block('monthly')
    expect(await ask(() => {})).toEqual({ status: 429, problems: [] })
  })

  test('names the token endpoint and the scopes', () => {
    const { spec } = readSpec()
    const { tokenUrl, scopes } = spec.components.securitySchemes.OAuth2UserToken.flows.authorizationCode
    const { definition, options } = source({ baseUrl: 'https://api.x.com', tokens: {} as never })
    const api = definition.api!({ options, secrets: {} as never })
    expect(new URL('2/oauth2/token', api.baseUrl).href).toBe(tokenUrl)
    expect(api.hosts).toEqual([new URL(tokenUrl).host])
    expect(Object.keys(scopes)).toEqual(expect.arrayContaining(['tweet.read', 'users.read', 'offline.access']))
    for (const edge of ['', '/tweets', '/mentions']) {
      const needed = spec.paths[`/2/users/{id}${edge}`]!.get!.security.flatMap((one) => one.OAuth2UserToken ?? [])
      expect(needed.every((scope) => ['tweet.read', 'users.read'].includes(scope))).toBe(true)
    }
    expect(options.account).toBe(ACCOUNT)
  })
})
