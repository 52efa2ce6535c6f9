import { existsSync, readFileSync } from 'node:fs'
import { type Field, parseFields } from '../../sandbox/graph-api.ts'
import type { SandboxRequest } from '../../sandbox/messages.ts'

/** The definitions from which Meta generates its SDKs (facebook/facebook-business-sdk-codegen). */
const SPEC = new URL('../../../shared/vendor/meta/spec/', import.meta.url)

export const isSpecHere = existsSync(SPEC)

interface Named {
  readonly name: string
  readonly type: string
}

interface Definition {
  readonly fields: readonly Named[]
  readonly apis: readonly {
    readonly method: string
    readonly endpoint?: string
    readonly return: string
    readonly params: readonly Named[]
  }[]
}

const definitions = new Map<string, Definition | undefined>()

/** The definition of a node; undefined where it is not among the files. */
function definitionOf(node: string): Definition | undefined {
  if (!definitions.has(node)) {
    const file = new URL(`${node}.json`, SPEC)
    definitions.set(node, existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined)
  }
  return definitions.get(node)
}

let known: Map<string, readonly string[]> | undefined

function enums(): Map<string, readonly string[]> {
  const read = () => readFileSync(new URL('enum_types.trimmed.json', SPEC), 'utf8')
  known ??= new Map((JSON.parse(read()) as { name: string; values: string[] }[]).map((one) => [one.name, one.values]))
  return known
}

/** Values that an enum of the definitions allows. */
export const valuesOf = (name: string): readonly string[] => enums().get(name) ?? []

/** Every edge takes them (guide "Paginated Results"); the definitions list them for none, or only for some. */
const EVERYWHERE = ['fields', 'limit', 'after', 'before', 'since', 'until', 'offset', '__paging_token']
/** Of field expansion (guide "Field Expansion"). */
const EXPANSION = [...EVERYWHERE, 'summary']

const edgeOf = (node: string, name: string) =>
  definitionOf(node)?.apis.find(({ method, endpoint }) => method === 'GET' && endpoint === name)

function fail(where: string, what: string): never {
  throw new Error(`${where}: ${what}`)
}

/** What a call asks of: the node, or what its edge returns. */
export interface Target {
  readonly node: string
  readonly edge: string | undefined
}

/**
 * Checks a request against the definitions: edge, parameters, enum values, fields and, in them, edges and arguments.
 * @param nodeOf the type of the object whose id begins the path
 * @throws what does not exist there
 */
export function checkRequest({ path, query }: SandboxRequest, nodeOf: (id: string) => string): Target {
  const [version, id = '', edge, ...more] = path.split('/').filter(Boolean)
  if (!/^v\d+\.0$/.test(version ?? '') || more.length > 0) fail(path, 'not a path of the Graph API')
  const node = nodeOf(id)
  const api = edge === undefined ? undefined : (edgeOf(node, edge) ?? fail(path, `${node} has no edge ${edge}`))
  for (const [name, value] of query) {
    const param = api?.params.find((one) => one.name === name)
    if (!param && !EVERYWHERE.includes(name)) fail(path, `no parameter ${name}`)
    if (param) checkEnum(`${path} ${name}`, param.type, value)
  }
  const target = api?.return ?? node
  checkFields(path, target, parseFields(query.get('fields') ?? ''))
  return { node: target, edge }
}

function checkEnum(where: string, type: string, value: string): void {
  const list = /^list<(.*)>$/.exec(type)
  const allowed = enums().get(list?.[1] ?? type)
  if (!allowed) return
  for (const one of list ? value.split(',') : [value]) if (!allowed.includes(one)) fail(where, `no value ${one}`)
}

function checkFields(where: string, node: string, fields: readonly Field[]): void {
  const definition = definitionOf(node)
  for (const { name, args, fields: inner } of definition ? fields : []) {
    const field = definition?.fields.find((one) => one.name === name)
    const api = edgeOf(node, name)
    if (!field && !api) fail(where, `${node} has no field or edge ${name}`)
    for (const [arg, value] of Object.entries(args)) {
      const param = api?.params.find((one) => one.name === arg)
      if (!param && !EXPANSION.includes(arg)) fail(where, `${name} has no argument ${arg}`)
      if (param) checkEnum(`${where} ${name}.${arg}`, param.type, value)
    }
    if (api) checkFields(where, api.return, inner)
  }
}

/** Checks an answer: only fields that exist, of the types they have. */
export function checkAnswer(where: string, { node, edge }: Target, body: unknown): void {
  if (edge === undefined) checkNode(where, node, body)
  else checkList(where, node, body)
}

function checkList(where: string, node: string, body: unknown): void {
  const { data, paging, summary, ...others } = objectOf(where, body)
  if (Object.keys(others).length > 0) fail(where, `a list has no ${Object.keys(others).join()}`)
  if (!Array.isArray(data)) fail(where, 'no data')
  for (const [i, one] of data.entries()) checkNode(`${where}[${i}]`, node, one)
  for (const [name, link] of Object.entries(objectOf(where, paging ?? {}))) {
    const isRight = name === 'cursors' ? typeof link === 'object' : ['next', 'previous'].includes(name)
    if (!isRight) fail(where, `paging has no ${name}`)
  }
  if (summary !== undefined) objectOf(where, summary)
}

function checkNode(where: string, node: string, body: unknown): void {
  const given = objectOf(where, body)
  const definition = definitionOf(node)
  for (const [name, value] of definition ? Object.entries(given) : []) {
    const field = definition!.fields.find((one) => one.name === name)
    const api = edgeOf(node, name)
    if (field) checkValue(`${where}.${name}`, field.type, value)
    else if (api) checkList(`${where}.${name}`, api.return, value)
    else fail(where, `${node} has no field ${name}`)
  }
}

function checkValue(where: string, type: string, value: unknown): void {
  const list = /^list<(.*)>$/.exec(type)
  if (list) {
    if (!Array.isArray(value)) fail(where, `${typeof value} in place of a list`)
    for (const one of value) checkValue(where, list[1]!, one)
    return
  }
  const isRight = {
    string: () => typeof value === 'string',
    datetime: () => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/.test(value),
    int: () => Number.isInteger(value),
    'unsigned int': () => Number.isInteger(value) && (value as number) >= 0,
    float: () => typeof value === 'number',
    bool: () => typeof value === 'boolean',
    // Whatever JSON holds: numbers, too.
    Object: () => value !== null,
  }[type]
  if (isRight ? !isRight() : typeof value !== 'object') fail(where, `${JSON.stringify(value)} is no ${type}`)
  if (!isRight) checkNode(where, type, value)
}

function objectOf(where: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(where, 'no object')
  return value as Record<string, unknown>
}
