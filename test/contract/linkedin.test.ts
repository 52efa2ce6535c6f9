import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import type { SandboxRequest } from '../../sandbox/messages.ts'
import { NOW, read, source, start } from '../sources/linkedin-page.ts'
import { probe } from './probe.ts'

/** A converted copy of LinkedIn's public Postman collection: for reading only. */
const path = new URL('../../../shared/vendor/linkedin/spec/linkedin-marketing-community.yml', import.meta.url)
const isHere = existsSync(path)

/** Parameters of an operation, with the example that each has. The document's own indentation is all that is needed of YAML. */
function parametersOf(text: string, operation: string): ReadonlyMap<string, { in: string; example: string }> {
  const from = text.indexOf(`\n  ${operation}:\n`)
  expect(from, `${operation} of ${path.pathname}`).toBeGreaterThan(0)
  const rest = text.slice(from + 1)
  const end = rest.slice(1).search(/\n {2}\/\S+:\n/)
  const block = end < 0 ? rest : rest.slice(0, end + 1)
  const found = [
    ...block.matchAll(
      /- name: (\S+)\n {8}in: (\S+)\n(?: {8}(?!example).*\n| {10,}.*\n)*(?: {8}example: '?(.*?)'?\n)?/g,
    ),
  ]
  return new Map(found.map(([, name, where, example]) => [name!, { in: where!, example: example ?? '' }]))
}

/** Rest.li 2 folds what version 1 writes with dots: `timeIntervals=(timeRange:(start:…` for `timeIntervals.timeRange.start=…`. */
function unfolded(value: string, prefix: string): Map<string, string> {
  const found = new Map<string, string>()
  const open = [prefix]
  for (const [, name, text] of value.matchAll(/(?:(\w+):)?(\(|\)|[^(),:]+)/g)) {
    if (text === ')') open.pop()
    else if (text === '(') open.push(name ?? '')
    else found.set([...open, name].filter(Boolean).join('.'), text!)
  }
  return found
}

function parametersIn({ query, headers }: SandboxRequest): Map<string, string> {
  const given = new Map<string, string>()
  for (const [name, value] of query) {
    for (const [key, one] of value.startsWith('(') ? unfolded(value, name) : [[name, value] as const])
      given.set(key, one)
  }
  for (const name of ['LinkedIn-Version', 'X-Restli-Protocol-Version']) {
    const value = headers[name.toLowerCase()]
    if (value !== undefined) given.set(name, String(value))
  }
  return given
}

describe.skipIf(!isHere)('linkedin and the published collection (skipped without ../shared/vendor)', () => {
  const text = isHere ? readFileSync(path, 'utf8') : ''

  test.each([
    ['shares', '/organizationalEntityShareStatistics'],
    ['follows', '/organizationalEntityFollowerStatistics'],
    ['page', '/organizationPageStatistics'],
    ['followers', '/networkSizes/urn:li:organization:{organization_id}'],
  ])('%s: requests are those of %s', async (stream, operation) => {
    const sandbox = await start()
    await read(sandbox, stream)
    const [request] = sandbox.requests
    expect(sandbox.requests).toHaveLength(1)
    expect(decodeURIComponent(request!.path)).toBe(operation.replace('{organization_id}', '2414183'))
    const documented = parametersOf(text, operation)
    expect(documented.size).toBeGreaterThanOrEqual(3)
    // The collection shows only the lifetime form of page statistics, and the follower count before protocol 2.
    const known = new Set([...documented.keys(), 'X-Restli-Protocol-Version'])
    if (stream === 'page')
      for (const name of parametersOf(text, '/organizationalEntityShareStatistics').keys()) known.add(name)
    const given = parametersIn(request!)
    expect([...given.keys()].filter((name) => !known.has(name))).toEqual([])
    for (const [name, { in: where }] of documented) {
      if (where !== 'path' && name !== 'Authorization') expect([...given.keys()]).toContain(name)
    }
    expect(given.get('q')).toBe(documented.get('q')?.example)
    for (const [name, { example }] of documented) {
      if (/Granularity|Restli/.test(name)) expect(given.get(name)).toBe(example)
      if (/^organization/.test(name) && where(documented, name) === 'query') {
        expect(given.get(name)).toBe(decodeURIComponent(example))
      }
    }
  })

  test('the probe asks what the collection knows', async () => {
    const sandbox = await start()
    await probe(source(sandbox), { ...sandbox.consent }, NOW)
    const [request] = sandbox.requests
    expect(sandbox.requests).toHaveLength(1)
    const documented = [...parametersOf(text, request!.path).keys()]
    expect(documented).toContain('q')
    // The collection shows the other finder; this one's parameters are those of the guide.
    const guide = ['LinkedIn-Version', 'state', 'count']
    expect([...parametersIn(request!).keys()].filter((name) => ![...documented, ...guide].includes(name))).toEqual([])
  })

  test('the follower count answers as the collection says', async () => {
    const { pages } = await read(await start(), 'followers')
    const schema =
      /RetrieveOrganizationFollowerCountResponse200:\n {6}type: object\n {6}properties:\n((?: {8,}.*\n)+)/.exec(text)
    const properties = Object.fromEntries(
      [...schema![1]!.matchAll(/ {8}(\w+):\n {10}type: (\w+)/g)].map(([, name, type]) => [name!, { type }]),
    )
    expect(Object.keys(properties)).toEqual(['firstDegreeSize'])
    const validate = new Ajv().compile({ type: 'object', properties, required: Object.keys(properties) })
    expect(validate(JSON.parse(new TextDecoder().decode(pages[0]!.bytes)))).toBe(true)
  })
})

const where = (documented: ReadonlyMap<string, { in: string }>, name: string) => documented.get(name)?.in
