import { describe, expect, test } from 'vitest'
import { scopes } from '../../functions/api/keys.ts'
import { Problem } from '../../functions/api/problem.ts'
import { deploy, fill } from './deployment.ts'
import { document } from './operations.ts'

interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path' | 'header'
  readonly schema: { readonly example?: string }
}

/** What every parameter is tried with: `reliability.md`, bad inputs to the API. */
const BAD: readonly (readonly [what: string, value: string])[] = [
  ['empty', ''],
  ['blank', ' '],
  ['1 MB', '9'.repeat(1 << 20)],
  ['8 KB', 'a'.repeat(8_000)],
  ['a null byte', '2026-11-19\u0000'],
  ['digits that look alike', '２０２６-１１-１９'],
  ['letters that look alike', 'rеvenue'],
  ['a right-to-left mark', '\u202e2026'],
  ['a lone surrogate', '\ud800'],
  ['negative', '-1'],
  ['negative zero', '-0'],
  ['10^309', `1${'0'.repeat(309)}`],
  ['infinite', 'Infinity'],
  ['no number', 'NaN'],
  ['a day that does not exist', '2026-02-30'],
  ['the year 0', '0000-01-01'],
  ['the year 10000', '10000-01-01'],
  ['the first day there is', '1900-01-01'],
  ['the last day there is', '2199-12-31'],
  ['a hundred years', '1926-01-01..2026-01-01'],
  ['from after to', '2026-11-02..2026-11-01'],
  ['10,000 ids', Array.from({ length: 10_000 }, (_, i) => `a${i}`).join(',')],
  ['900 ids', Array.from({ length: 900 }, (_, i) => `a${i}`).join(',')],
  ['an id of another deployment', '2026-11-10-01KADEMD00Q1Z2WEEK1YQ5X0TK'],
  ['a path', '../../../etc/passwd'],
  ['an escaped path', '..%2f..%2fetc%2fpasswd'],
  ['CRLF', 'a\r\nSet-Cookie: b=c'],
  ['SQL', "' OR 1=1; DROP TABLE item; --"],
  ['NoSQL', '{"$gt":""}'],
  ['a formula', '=cmd|"/c calc"!A1'],
  ['markup', '<script>alert(1)</script>'],
  ['a template', '#{7*7}{{7*7}}'],
  ['a list', '[1,2]'],
  ['true', 'true'],
  ['null', 'null'],
  ['a prototype', '__proto__'],
  ['a method', 'constructor'],
  ['a regular expression that backtracks', `${'a'.repeat(5_000)}!`],
]

const operations = Object.entries<Record<string, { parameters?: readonly Parameter[] }>>(document.paths).flatMap(
  ([template, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      template,
      method: method.toUpperCase(),
      parameters,
    })),
)

async function filled() {
  const deployment = await deploy({ requestsPerMinute: 1_000_000 })
  await fill(deployment)
  return { ...deployment, granted: await deployment.key([...scopes]) }
}

/** The answer is of the kind that any answer has to be. */
async function expectSound(answer: Response, what: string): Promise<void> {
  const text = await answer.text()
  expect(answer.status, what).toBeLessThan(500)
  expect(text.length, what).toBeLessThan(1_000_000)
  expect(text, what).not.toMatch(/\n {4}at |node_modules|\.ts:\d+/)
  expect([...answer.headers.keys()], what).not.toContain('set-cookie')
  if (answer.status < 400) return
  expect(answer.headers.get('content-type'), what).toBe('application/problem+json; charset=utf-8')
  const problem = Problem.parse(JSON.parse(text))
  expect(problem.status, what).toBe(answer.status)
  expect(problem.instance, what).toBe(answer.headers.get('x-request-id'))
}

const query = (parts: readonly (readonly [string, string])[]) =>
  parts.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`).join('&')

describe.each(operations)('$method $template', ({ template, method, parameters }) => {
  const pathOf = (other?: readonly [string, string]) =>
    parameters
      .filter((one) => one.in === 'path')
      .reduce((path, { name, schema }) => {
        const value = other?.[0] === name ? other[1] : (schema.example ?? '')
        return path.replace(`{${name}}`, encodeURIComponent(value.toWellFormed()))
      }, template)

  test('every parameter with everything that does not fit: never 5xx, always a problem', async () => {
    const { api, granted, logged } = await filled()
    const headers = { Authorization: `Bearer ${granted}` }
    for (const { name, in: where, schema } of parameters) {
      for (const [what, value] of BAD) {
        const path = where === 'path' ? pathOf([name, value]) : pathOf()
        const url = where === 'query' ? `${path}?${query([[name, value]])}` : path
        const sent = where === 'header' ? { ...headers, [name]: encodeURIComponent(value.toWellFormed()) } : headers
        await expectSound(await api.request(url, { method, headers: sent }), `${name}: ${what}`)
      }
      if (where !== 'query') continue
      const value = schema.example ?? '2026-11-19'
      const repeated = query([
        [name, value],
        [name, value],
      ])
      const answer = await api.request(`${pathOf()}?${repeated}`, { method, headers })
      expect(answer.status, `${name} repeated`).toBe(400)
      await expectSound(answer, `${name} repeated`)
      await expectSound(await api.request(`${pathOf()}?${encodeURIComponent(name)}[]=a`, { method, headers }), 'a list')
    }
    expect(logged).toEqual([])
  })

  test('a parameter that does not exist is refused', async () => {
    const { api, granted } = await filled()
    if (parameters.length === 0) return
    const url = `${pathOf()}?nothing=1`
    const answer = await api.request(url, { method, headers: { Authorization: `Bearer ${granted}` } })
    expect([400, 415]).toContain(answer.status)
    await expectSound(answer, url)
  })
})

describe('bodies', () => {
  const bodies: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '1e999'],
    ['deep', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['a prototype', '{"__proto__":{"date_from":"2026-11-10"},"title":"a"}'],
    ['an unknown field', '{"date_from":"2026-11-10","title":"a","created_by":"root"}'],
    ['a wrong type', '{"date_from":7,"title":["a"]}'],
    ['a null byte', '{"date_from":"2026-11-10","title":"a\\u0000"}'],
    ['a long title', JSON.stringify({ date_from: '2026-11-10', title: 'a'.repeat(121) })],
    ['a script as address', '{"date_from":"2026-11-10","title":"a","url":"javascript:alert(1)"}'],
    ['64 KiB', JSON.stringify({ date_from: '2026-11-10', title: 'a', text: 'a'.repeat(65_536) })],
  ]

  test.each(bodies)('%s: a problem', async (what, body) => {
    const { api, granted } = await filled()
    const headers = { Authorization: `Bearer ${granted}`, 'Content-Type': 'application/json' }
    const answer = await api.request('/v1/annotations', { method: 'POST', headers, body })
    expect([400, 413]).toContain(answer.status)
    await expectSound(answer, what)
  })
})
