import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import type { SandboxRequest } from '../../sandbox/messages.ts'

/** Where the vendors' official documents lie, beside the project. */
const VENDORS = new URL('../../../shared/vendor/', import.meta.url)

/** Path of a vendor's document, and whether it is there. */
export function vendorFile(name: string): { path: string; exists: boolean } {
  const path = fileURLToPath(new URL(name, VENDORS))
  return { path, exists: existsSync(path) }
}

interface Schema {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly required?: boolean
  readonly repeated?: boolean
  readonly location?: 'path' | 'query'
  readonly minimum?: string
  readonly maximum?: string
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly $ref?: string
}

interface Method {
  readonly id: string
  readonly path: string
  readonly httpMethod: string
  readonly parameters?: Readonly<Record<string, Schema>>
  readonly request?: { readonly $ref: string }
  readonly response?: { readonly $ref: string }
}

interface Resource {
  readonly methods?: Readonly<Record<string, Method>>
  readonly resources?: Readonly<Record<string, Resource>>
}

interface Document extends Resource {
  readonly servicePath?: string
  readonly parameters?: Readonly<Record<string, Schema>>
  readonly schemas: Readonly<Record<string, Schema>>
}

/** A Google discovery document, as a judge of requests and answers. */
export interface Discovery {
  /** The method that a request calls, and what is wrong with it; undefined if the document has no such method. */
  request(request: SandboxRequest): { readonly method: string; readonly problems: readonly string[] } | undefined
  /** What is wrong with the answer of a method. */
  answer(method: string, body: unknown): readonly string[]
}

/** System parameters of every Google API ("System Parameters"), where the document does not list its own. */
const SYSTEM = ['fields', 'alt', 'key', 'prettyPrint', 'quotaUser']

/** Reads a discovery document (google.discovery v1, "Type and Format Summary"). Unknown fields are problems. */
export function readDiscovery(path: string): Discovery {
  const document: Document = JSON.parse(readFileSync(path, 'utf8'))
  const methods = methodsOf(document)
  const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true })
  const $defs = Object.fromEntries(Object.entries(document.schemas).map(([name, schema]) => [name, converted(schema)]))
  const known = new Map<string, ValidateFunction>()

  function problems(ref: string, body: unknown): string[] {
    const validate = known.get(ref) ?? ajv.compile({ $defs, $ref: `#/$defs/${ref}` })
    known.set(ref, validate)
    if (validate(body)) return []
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      return `${ref}${instancePath} ${message} ${JSON.stringify(params)}`
    })
  }

  return {
    request: ({ method: verb, path: called, query, body }) => {
      const found = methods.find(
        ({ httpMethod, path: of }) => httpMethod === verb && matcher(document, of).test(called),
      )
      if (!found) return undefined
      const parameters = { ...document.parameters, ...found.parameters }
      const named = [...new Set(query.keys())].flatMap((name) => {
        const parameter = parameters[name]
        if (!parameter) return SYSTEM.includes(name) ? [] : [`${name} is no parameter of ${found.id}`]
        return parameterProblems(name, query.getAll(name), parameter)
      })
      const missing = Object.entries(parameters)
        .filter(([name, { required, location }]) => required && location === 'query' && !query.has(name))
        .map(([name]) => `${name} is missing`)
      const sent = found.request
        ? problems(found.request.$ref, body)
        : body === undefined
          ? []
          : [`${found.id} takes no body`]
      return { method: found.id, problems: [...named, ...missing, ...sent] }
    },
    answer: (id, body) => {
      const method = methods.find((one) => one.id === id)
      if (!method?.response) throw new Error(`the document has no answer of ${id}`)
      return problems(method.response.$ref, body)
    },
  }
}

function methodsOf({ methods = {}, resources = {} }: Resource): Method[] {
  return [...Object.values(methods), ...Object.values(resources).flatMap(methodsOf)]
}

/** `{name}` stands for one segment, `{+name}` for several. */
function matcher({ servicePath = '' }: Document, path: string): RegExp {
  const escaped = `/${servicePath}${path}`.replace(/[.*?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/\{\+\w+\}/g, '.+').replace(/\{\w+\}/g, '[^/]+')}$`)
}

function parameterProblems(name: string, values: readonly string[], parameter: Schema): string[] {
  if (values.length > 1 && !parameter.repeated) return [`${name} is given ${values.length} times`]
  return values.flatMap((value) => {
    const wrong =
      (parameter.enum && !parameter.enum.includes(value)) ||
      (parameter.pattern && !new RegExp(parameter.pattern).test(value)) ||
      (parameter.type === 'integer' && !/^-?\d+$/.test(value)) ||
      (parameter.type === 'boolean' && !/^(true|false)$/.test(value)) ||
      (parameter.minimum && Number(value) < Number(parameter.minimum)) ||
      (parameter.maximum && Number(value) > Number(parameter.maximum))
    return wrong ? [`${name} is '${value}'`] : []
  })
}

/** What a format asks of a value beyond its type. */
const formats: Readonly<Record<string, object>> = {
  int32: { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  uint32: { minimum: 0, maximum: 2 ** 32 - 1 },
  int64: { pattern: '^-?\\d+$' },
  uint64: { pattern: '^\\d+$' },
  'date-time': { pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d' },
  'google-datetime': { pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d' },
}

/** As JSON Schema: only what judges values, and closed objects. */
function converted({
  type,
  format,
  pattern,
  enum: values,
  items,
  properties,
  additionalProperties,
  $ref,
}: Schema): object {
  if ($ref) return { $ref: `#/$defs/${$ref}` }
  if (!type || type === 'any') return {}
  if (type === 'array') return { type, items: converted(items ?? {}) }
  if (type === 'object') {
    const own = Object.entries(properties ?? {}).map(([name, schema]) => [name, converted(schema)])
    const others = additionalProperties ? converted(additionalProperties) : false
    return { type, properties: Object.fromEntries(own), additionalProperties: others }
  }
  return { type, ...(format && formats[format]), ...(pattern && { pattern }), ...(values && { enum: values }) }
}
