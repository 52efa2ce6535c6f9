import { expect, test } from 'vitest'
import { problems } from '../../functions/api/problem.ts'
import { type Deployment, deploy, fill } from './deployment.ts'
import { document } from './operations.ts'

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: { readonly example?: string; readonly default?: string; readonly enum?: readonly string[] }
}

interface Operation {
  readonly method: string
  readonly template: string
  readonly parameters: readonly Parameter[]
  /** Examples of its fields. */
  readonly body: Readonly<Record<string, unknown>> | undefined
}

/** What nobody sane sends, by what is wrong with it. */
const texts: Readonly<Record<string, readonly string[]>> = {
  empty: ['', ' ', '\t', '%20', '""'],
  'the word for nothing': ['null', 'undefined', 'None', 'NaN', 'nil', '[]', '{}', '[object Object]'],
  '1 MB': ['9'.repeat(1 << 20), 'é'.repeat(1 << 19)],
  'nearly too long': ['a'.repeat(7_000), `2026-11-19${'0'.repeat(5_000)}`],
  'a null byte': ['2026-11-19\0', '\0', 'revenue\0.csv', 'a\0b'],
  'a look-alike': ['２０２６-１１-１９', '2026‐11‐19', '2026−11−19', 'rеvenue', 'ｒevenue', '１d', '7ｄ', '٢٠٢٦-١١-١٩'],
  'other unicode': ['é', 'e\u0301', '\u202e19-11-2026', '\ufeff2026-11-19', '\u200b', '💥', '\ud800', 'ﬀ', 'İ', 'ẞ'],
  'control characters': ['\u0007', '\u001b[31m', '\u007f', '\u0085', '\u2028'],
  negative: ['-1', '-0', '-2026-11-19', '-9223372036854775808', '−1'],
  'a number beyond all': [
    '1e309',
    `1${'0'.repeat(309)}`,
    '-1e309',
    'Infinity',
    '9007199254740993',
    '0x7fffffff',
    '1e-309',
  ],
  'another notation': ['1.5', '1,5', '+1', '01', '0b1', '1_000', '1e2', '½', '١'],
  'no day': ['2026-02-30', '2026-13-01', '2026-00-10', '2026-11-31', '2100-02-29', '2026-11-19T24:00:00Z', '20261119'],
  'a day beyond all': [
    '0000-01-01',
    '0001-01-01',
    '1899-12-31',
    '2200-01-01',
    '9999-12-31',
    '10000-01-01',
    '+002026-11-19',
  ],
  'a relative day': ['today', 'yesterday', 'now', 'latest', '-7d', 'tomorrow'],
  'an instant': [
    '2026-11-19T00:00:00Z',
    '2026-11-19 00:00',
    '1763510400',
    '2026-11-19T25:00:00Z',
    '2026-11-20T04:00:00+99:00',
  ],
  'a path that climbs': [
    '../',
    '../../etc/passwd',
    '..%2f..%2f',
    '..\\..\\',
    '/etc/passwd',
    './.',
    '%2e%2e%2f',
    'file:///etc/passwd',
  ],
  'line ends': ['a\r\nSet-Cookie: a=b', '\r\n\r\n<html>', '%0d%0aX: y', '\n', 'a\nb'],
  SQL: [
    "' OR '1'='1",
    "'; DROP TABLE items;--",
    '1 UNION SELECT NULL',
    '" or ""="',
    "1' AND SLEEP(5)--",
    "\\'; SELECT 1",
  ],
  NoSQL: ['{"$gt":""}', '{"$where":"sleep(1)"}', '[$ne]=1', '$where', '{"S":"x"}', '#attribute', ':value'],
  'a formula': ['=1+1', '@SUM(A1)', '+cmd|" /C calc"!A0', '-2+3', '=HYPERLINK("http://x","y")'],
  markup: [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '{{7*7}}',
    '#{7*7}',
    '<!--#exec cmd="ls"-->',
    '%3Cscript%3E',
  ],
  'a prototype': ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', 'valueOf'],
  'a shell': ['; ls', '| id', '`id`', '$(id)', '&& sleep 5', '\\x00'],
  'another metric': ['profit', 'Revenue', 'revenue ', 'customer-interaction-rate', 'a', 'a'.repeat(65)],
  'another window, range or way': [
    '0d',
    '2d',
    '-1d',
    '1D',
    '3650000d',
    'ALL',
    '2026-11-19..2026-11-01',
    '1900-01-01..2199-12-31',
    '2026-11-19..',
    '..',
  ],
  'a list': [
    'a,b',
    'revenue,revenue',
    ',',
    'revenue,',
    ',revenue',
    Array.from({ length: 10_000 }, (_, i) => `metric_${i}`).join(','),
  ],
  'a list that is not too long for a URL': [Array.from({ length: 500 }, (_, i) => `metric_${i}`).join(',')],
  'an expression that is slow to match': [`${'a,'.repeat(2_000)}!`, `${'0'.repeat(3_000)}x`, `${'a_'.repeat(2_000)}-`],
}

/** Of fields of a body: what no parameter can be. */
const types: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  [],
  {},
  [[]],
  ['a', 1],
  [null],
  { a: 1 },
  { toString: 1 },
]

const operations: readonly Operation[] = Object.entries<
  Record<string, { parameters?: Parameter[]; requestBody?: { content: Record<string, { schema: { $ref: string } }> } }>
>(document.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
    const reference = requestBody?.content['application/json']?.schema.$ref.split('/').at(-1)
    const schema = reference === undefined ? undefined : document.components.schemas[reference]
    const fields = Object.keys(schema?.properties ?? {}).map((name) => [name, schema.example[name] ?? null])
    return { method: method.toUpperCase(), template, parameters, body: schema && Object.fromEntries(fields) }
  }),
)

interface Asked {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Status that it has to be refused with. @default - any */
  readonly expected?: 400
}

const good = ({ schema }: Parameter) => schema.example ?? schema.default ?? schema.enum?.[0] ?? ''

/** The request of an operation in which one parameter, or several, are replaced. */
function request(
  { method, template, parameters, body }: Operation,
  replaced: Readonly<Record<string, readonly string[]>>,
  sent: unknown = body,
): Asked {
  const valuesOf = (parameter: Parameter) => replaced[parameter.name] ?? (parameter.required ? [good(parameter)] : [])
  const named = (where: Parameter['in']) =>
    parameters
      .filter((one) => one.in === where)
      .flatMap((one) => valuesOf(one).map((value) => [one.name, value] as const))
  const path = named('path').reduce((at, [name, value]) => at.replace(`{${name}}`, () => escaped(value)), template)
  const extra = Object.entries(replaced).filter(([name]) => !parameters.some((one) => one.name === name))
  const query = [...named('query'), ...extra.flatMap(([name, values]) => values.map((value) => [name, value] as const))]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join('&')
  return {
    method,
    path: query === '' ? path : `${path}?${query}`,
    headers: Object.fromEntries(named('header')),
    ...(sent !== undefined && { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
  }
}

/** Some texts are escaped by hand already, and reach the server as they stand. */
function escaped(text: string): string {
  if (/%[0-9a-f]{2}/i.test(text)) return text
  return encodeURIComponent(text.toWellFormed())
}

/** Every parameter with everything. */
function* matrix(): Generator<Asked> {
  const values = Object.values(texts).flat()
  for (const operation of operations) {
    const { method, template, parameters, body } = operation
    for (const parameter of parameters) {
      const { name } = parameter
      for (const value of values) {
        // A header cannot hold them: no client sends such a request.
        if (parameter.in === 'header' && /[^\x20-\x7e\x80-\xff]/.test(value)) continue
        yield request(operation, { [name]: [value] })
      }
      if (parameter.in === 'header') continue
      yield request(operation, { [name]: [] })
      const value = good(parameter) || '2026-11-19'
      const refused = parameter.in === 'query' ? ({ expected: 400 } as const) : {}
      yield { ...request(operation, { [name]: [value, value] }), ...refused }
      yield { ...request(operation, { [name]: Array.from({ length: 200 }, () => value) }), ...refused }
      yield { ...request(operation, { [`${name}[]`]: [value] }), ...refused }
      yield request(operation, { [`${name}[$gt]`]: [''] })
      yield request(operation, { [name.toUpperCase()]: [good(parameter)] })
    }
    for (const name of ['__proto__', 'constructor', '', '\0', 'a'.repeat(5_000), 'from[', 'tenant', 'deployment']) {
      yield request(operation, { [name]: ['1'] })
    }
    for (const [from, to] of [
      ['2026-11-19', '2026-11-01'],
      ['1926-11-19', '2026-11-19'],
      ['1900-01-01', '2199-12-31'],
      ['2199-12-31', '2199-12-31'],
    ] as const) {
      if (parameters.some(({ name }) => name === 'from')) yield request(operation, { from: [from], to: [to] })
    }
    for (const value of values.slice(0, 40))
      yield { method, path: `${template.replace(/{\w+}/g, 'x')}/${escaped(value)}` }
    if (!body) continue
    for (const name of [...Object.keys(body), '__proto__', 'id', 'created_by']) {
      for (const value of [...values, ...types]) {
        // Not by assignment, which would set the prototype.
        const fields = Object.fromEntries([...Object.entries(body).filter(([field]) => field !== name), [name, value]])
        yield request(operation, {}, fields)
      }
      yield request(operation, {}, Object.fromEntries(Object.entries(body).filter(([field]) => field !== name)))
    }
    for (const sent of [
      '',
      '{',
      'null',
      '[]',
      '"a"',
      '1e999',
      '{"a":1}{"b":2}',
      '\0',
      '['.repeat(60_000),
      '{"a":'.repeat(9_000),
    ]) {
      yield request(operation, {}, sent)
    }
  }
}

async function ask({ api }: Deployment, key: string, { method, path, headers, body }: Asked): Promise<Response> {
  return api.request(path, {
    method,
    headers: {
      Authorization: `Bearer ${key}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  })
}

const STACK = /\n\s+at |node:internal|node_modules|\.ts:\d|SQLITE_|TypeError|RangeError|ReferenceError/
const MOST_BYTES = 1_000_000
const statuses = new Set<number>(Object.values(problems).map(([status]) => status))

/** What is wrong with an answer; undefined if nothing is. */
async function wrong(answer: Response, expected: number | undefined): Promise<string | undefined> {
  const text = await answer.text()
  if (expected !== undefined && answer.status !== expected) return `status ${answer.status}, not ${expected}`
  if (answer.headers.has('set-cookie')) return 'sets a cookie'
  if (answer.status >= 500) return `status ${answer.status}`
  if (text.length > MOST_BYTES) return `${text.length} bytes`
  if (STACK.test(text)) return `tells where it broke: ${text.slice(0, 300)}`
  if (answer.ok) return undefined
  if (!statuses.has(answer.status)) return `status ${answer.status}`
  if (answer.headers.get('content-type') !== 'application/problem+json; charset=utf-8') return 'is no problem'
  const problem = JSON.parse(text)
  const whole = [problem.type, problem.title, problem.instance].every((one) => typeof one === 'string' && one !== '')
  if (!whole || problem.status !== answer.status) return `is no whole problem: ${text.slice(0, 300)}`
  if (problem.instance !== answer.headers.get('x-request-id')) return 'names another request'
  if (text.length > 20_000) return `says too much: ${text.length} bytes`
  return undefined
}

test('the matrix of bad inputs: no answer of 5xx, no word of what broke, every refusal a problem', async () => {
  const all = [...matrix()]
  const deployment = await deploy({ requestsPerMinute: all.length + 1 })
  await fill(deployment)
  const key = await deployment.key(['metrics:read', 'ops:read', 'annotations:write'])
  const failures: string[] = []
  const counted = new Map<number, number>()
  for (const asked of all) {
    const answer = await ask(deployment, key, asked)
    counted.set(answer.status, (counted.get(answer.status) ?? 0) + 1)
    const fault = await wrong(answer, asked.expected)
    if (fault !== undefined)
      failures.push(`${asked.method} ${asked.path.slice(0, 200)} ${asked.body?.slice(0, 100) ?? ''}: ${fault}`)
  }
  expect(failures.slice(0, 20)).toEqual([])
  expect(deployment.logged).toEqual([])
  expect(all.length).toBeGreaterThanOrEqual(5_000)
  // Most of it does not fit; if it did, the matrix would be asking the wrong thing.
  const refused = [...counted].reduce((sum, [status, n]) => sum + (status >= 400 ? n : 0), 0)
  expect(refused / all.length).toBeGreaterThan(0.8)
})
