import { compile, type JSONSchema } from 'json-schema-to-typescript'

/** What is read of an OpenAPI document. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Schemas }
}

type Schemas = Readonly<Record<string, { readonly oneOf?: readonly Reference[] }>>

interface Reference {
  readonly $ref?: string
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: { readonly description?: string; readonly enum?: readonly string[] }
}

type Content = Readonly<Record<string, { readonly schema: Reference }>>

const NOTE =
  '// Made from /v1/openapi.json by test/dashboard/client.test.ts (with -u); not to be edited.\n// biome-ignore-all format: made by a program\n'

const RUNTIME = `
/** What the API refused, or why it could not be reached. */
export class Refusal extends Error {
  constructor(status, message, problem) {
    super(message)
    this.status = status
    this.problem = problem
  }
}

/** A client of the API. It keeps no key: \`key\` is asked for each time. */
export function createClient({ baseUrl, key, fetch = (...given) => globalThis.fetch(...given) }) {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, (given) => ask(operation, given ?? {})]),
  )

  async function ask([method, path, query, headers], given) {
    const url = new URL(path.slice(1).replace(/{(\\w+)}/g, (_, name) => encodeURIComponent(given[name])), baseUrl)
    for (const name of query) if (given[name] !== undefined) url.searchParams.set(name, given[name])
    const sent = new Headers({ Authorization: \`Bearer \${key()}\` })
    for (const name of headers) if (given[name] !== undefined) sent.set(name, given[name])
    if (given.body !== undefined) sent.set('Content-Type', 'application/json')
    let answer
    try {
      answer = await fetch(url, { method, headers: sent, body: given.body && JSON.stringify(given.body) })
    } catch {
      throw new Refusal(0, 'the server cannot be reached; is it still running?', null)
    }
    const body = await answer.json().catch(() => null)
    if (answer.ok && body !== null) return body
    throw new Refusal(answer.status, body?.detail ?? body?.title ?? \`the server said \${answer.status}\`, body)
  }
}
`

const TYPES = `
export interface ClientOptions {
  /** Address of the deployment, with a slash at the end; \`v1/…\` follows. */
  baseUrl: string | URL
  /** Tells the key, each time anew. */
  key(): string
  /** @default the platform's */
  fetch?: typeof globalThis.fetch
}

/** What the API refused, or why it could not be reached. */
export declare class Refusal extends Error {
  constructor(status: number, message: string, problem: Problem | null)
  /** Of the answer; 0 where there was none. */
  status: number
  problem: Problem | null
}

/** A client of the API. It keeps no key: \`key\` is asked for each time. */
export declare function createClient(options: ClientOptions): Client
`

/** The client as an ES module without dependencies, and its types. */
export async function generateClient({ paths, components }: OpenApi): Promise<{ js: string; types: string }> {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const table = operations.map(({ path, method, operation: { operationId, parameters = [] } }) => {
    const named = (where: Parameter['in']) =>
      `[${usable(parameters)
        .filter((one) => one.in === where)
        .map(({ name }) => `'${name}'`)
        .join(', ')}]`
    return `  ${operationId}: ['${method}', '${path}', ${named('query')}, ${named('header')}],\n`
  })
  const js = `${NOTE}\nconst operations = {\n${table.join('')}}\n${RUNTIME}`
  const methods = operations.map(({ operation }) => methodOf(operation, components.schemas)).join('')
  const types = `${NOTE}\n${await interfaces(components.schemas)}\nexport interface Client {\n${methods}}\n${TYPES}`
  return { js, types }
}

/** The client speaks JSON, in columns. */
const usable = (parameters: readonly Parameter[]) =>
  parameters.filter(({ name }) => name !== 'format' && name !== 'layout')

function methodOf(operation: Operation, schemas: Schemas): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation
  const fields = usable(parameters).map(({ name, required = false, schema }) => {
    const said = schema.description === undefined ? '' : `    /** ${schema.description} */\n`
    return `${said}    ${/^\w+$/.test(name) ? name : `'${name}'`}${required ? '' : '?'}: ${typeOf(name, schema)}\n`
  })
  if (requestBody) fields.push(`    body: ${refOf(requestBody.content, schemas)}\n`)
  const optional = !requestBody && usable(parameters).every(({ required }) => !required)
  const given = fields.length === 0 ? '' : `given${optional ? '?' : ''}: {\n${fields.join('')}  }`
  const answered = responses[200] ?? responses[201]
  return `  /** ${summary} */\n  ${operationId}(${given}): Promise<${refOf(answered?.content, schemas)}>\n`
}

/** Windows are those of a deployment, so that a client must not know them. */
function typeOf(name: string, schema: Parameter['schema']): string {
  return schema.enum && name !== 'window' ? schema.enum.map((one) => `'${one}'`).join(' | ') : 'string'
}

/** The name of what is answered; where there are several, of what is answered if nothing else is asked for. */
function refOf(content: Content | undefined, schemas: Schemas): string {
  const named = nameOf(content?.['application/json']?.schema)
  return nameOf(schemas[named ?? '']?.oneOf?.[0]) ?? named ?? 'Record<string, unknown>'
}

const nameOf = (reference: Reference | undefined) => reference?.$ref?.split('/').at(-1)

async function interfaces(schemas: Schemas): Promise<string> {
  const text = JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/definitions/')
  const whole: JSONSchema = { definitions: JSON.parse(text), type: 'object', additionalProperties: false }
  const made = await compile(whole, 'Unused', {
    additionalProperties: false,
    bannerComment: '',
    ignoreMinAndMaxItems: true,
    unreachableDefinitions: true,
    style: { semi: false, singleQuote: true, printWidth: 120 },
  })
  return made
    .replace('export interface Unused {}\n', '')
    .replace(/^ +\* This interface was referenced by .*\n.*via the `definition` ".*"\.\n/gm, '')
    .replace(/^\/\*\*\n \*\/\n/gm, '')
    .trim()
    .concat('\n')
}
