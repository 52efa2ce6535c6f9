import { describe, expect, test } from 'vitest'
import { addAnnotation, MOST_DAYS } from '../../functions/api/annotations.ts'
import { createKey } from '../../functions/api/keys.ts'
import { rebuild } from '../../functions/ingest/rebuild.ts'
import { addDays, day } from '../../functions/kit/day.ts'
import { collectRows } from '../../functions/store/collect-rows.ts'
import { getJson } from '../../functions/store/json-object.ts'
import type { LogEntry } from '../../functions/store/log.ts'
import type { Annotation } from '../../functions/store/rows.ts'
import type { Secrets } from '../../functions/store/secrets.ts'
import { type Deployment, deploy, json, NOON } from './deployment.ts'

const PATH = '/v1/annotations'
const QUIZ = { date_from: '2026-11-10', title: 'Weekly quiz' }

type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>

async function open(): Promise<Deployment & { ask: Ask }> {
  const deployment = await deploy()
  const key = await deployment.key(['metrics:read', 'annotations:write'])
  return {
    ...deployment,
    ask: async (method, path, body, headers = {}) =>
      deployment.api.request(path, {
        method,
        headers: { Authorization: `Bearer ${key}`, ...(body !== undefined && JSON_TYPE), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' }
const rowsOf = ({ table }: Pick<Deployment, 'table'>) => collectRows(table, 'annotation')

async function logOf({ lake }: Pick<Deployment, 'lake'>): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  for await (const { key } of lake.list('log/')) entries.push((await getJson<LogEntry>(lake, key))!)
  return entries
}

describe('adding', () => {
  test('fills in what was not said', async () => {
    const deployment = await open()
    const answer = await deployment.ask('POST', PATH, QUIZ)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const made = await json(answer)
    expect(made).toEqual({
      id: expect.stringMatching(/^2026-11-10-[0-9A-Z]{26}$/),
      date_from: '2026-11-10',
      date_to: '2026-11-10',
      title: 'Weekly quiz',
      text: null,
      tags: [],
      url: null,
      channel: null,
      created_by: 'test',
      created_at: NOON,
    })
    expect(await json(deployment.ask('GET', PATH))).toEqual({ annotations: [made], next_cursor: null })
  })

  test('keeps all that was said, once', async () => {
    const { ask } = await open()
    const said = {
      ...QUIZ,
      date_to: '2026-11-12',
      title: '  Weekly quiz ',
      text: 'Ten questions.\n\tEvery week.',
      tags: ['quiz', 'über-30', 'quiz'],
      url: 'https://example.com/quiz?a=1',
      channel: 'email',
    }
    expect(await json(ask('POST', PATH, said))).toMatchObject({
      ...said,
      title: 'Weekly quiz',
      tags: ['quiz', 'über-30'],
    })
  })

  test.each([
    ['nothing', {}, ['date_from', 'title']],
    ['no title', { ...QUIZ, title: '  ' }, ['title']],
    ['a title of 121 characters', { ...QUIZ, title: 'x'.repeat(121) }, ['title']],
    ['a title that drives terminals', { ...QUIZ, title: 'a\u001b[2J' }, ['title']],
    ['a title in two lines', { ...QUIZ, title: 'a\nb' }, ['title']],
    ['a title that turns the text around', { ...QUIZ, title: 'a\u202eb' }, ['title']],
    ['a number as title', { ...QUIZ, title: 1 }, ['title']],
    ['a text of 2,001 characters', { ...QUIZ, text: 'x'.repeat(2_001) }, ['text']],
    ['a text that drives terminals', { ...QUIZ, text: 'a\u0007' }, ['text']],
    ['no day', { ...QUIZ, date_from: '2026-02-30' }, ['date_from']],
    ['an end before the beginning', { ...QUIZ, date_to: '2026-11-09' }, ['date_to']],
    ['more than a year', { ...QUIZ, date_to: addDays(day(QUIZ.date_from), MOST_DAYS) }, ['date_to']],
    ['another channel', { ...QUIZ, channel: 'pigeon' }, ['channel']],
    ['tags that are no list', { ...QUIZ, tags: 'quiz' }, ['tags']],
    ['a tag with a comma', { ...QUIZ, tags: ['a,b'] }, ['tags.0']],
    ['21 tags', { ...QUIZ, tags: Array.from({ length: 21 }, (_, i) => `t${i}`) }, ['tags']],
    ['a script as address', { ...QUIZ, url: 'javascript:alert(1)' }, ['url']],
    ['a file as address', { ...QUIZ, url: 'file:///etc/passwd' }, ['url']],
    ['an address with a password', { ...QUIZ, url: 'https://me:secret@example.com' }, ['url']],
    ['no address', { ...QUIZ, url: 'example.com' }, ['url']],
    ['a field that does not exist', { ...QUIZ, colour: 'red' }, ['colour']],
    ['an id of its own', { ...QUIZ, id: 'x' }, ['id']],
  ])('%s: 400, and nothing is kept', async (_, body, names) => {
    const deployment = await open()
    const answer = await deployment.ask('POST', PATH, body)
    expect(answer.status).toBe(400)
    const { type, invalid_params } = await json(answer)
    expect(type).toBe('/problems.html#invalid-request')
    expect(invalid_params.map(({ name }: { name: string }) => name)).toEqual(names)
    expect([await rowsOf(deployment), await logOf(deployment), deployment.logged]).toEqual([[], [], []])
  })

  test('what is no JSON', async () => {
    const { ask, logged } = await open()
    expect(await json(ask('POST', PATH, '{"title"', JSON_TYPE))).toMatchObject({
      type: '/problems.html#invalid-request',
      detail: 'the body is no valid JSON',
    })
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/jsonp']) {
      const answer = await ask('POST', PATH, JSON.stringify(QUIZ), { 'Content-Type': type })
      expect(answer.status).toBe(415)
      expect((await json(answer)).type).toBe('/problems.html#no-json')
    }
    expect(logged).toEqual([])
  })
})

describe('Idempotency-Key', () => {
  const KEY = { 'Idempotency-Key': '8e03978e-40d5-43e8-bc93-6894a57f9324' }

  test('the same key and body: the same answer, and one annotation', async () => {
    const deployment = await open()
    const first = await json(deployment.ask('POST', PATH, QUIZ, KEY))
    deployment.tick(60_000)
    // Spaces, order and defaults make no other request.
    const again = await deployment.ask(
      'POST',
      PATH,
      '{ "title": "Weekly quiz", "date_from": "2026-11-10", "text": null }',
      {
        ...KEY,
        ...JSON_TYPE,
      },
    )
    expect(again.status).toBe(201)
    expect(await json(again)).toEqual(first)
    expect(await rowsOf(deployment)).toHaveLength(1)
    expect(await logOf(deployment)).toHaveLength(1)
  })

  test('ten at once add one', async () => {
    const deployment = await open()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => deployment.ask('POST', PATH, QUIZ, KEY).then(json)),
    )
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    expect(await rowsOf(deployment)).toHaveLength(1)
    expect(await logOf(deployment)).toHaveLength(1)
  })

  test('the same key and another body: 409, and nothing changes', async () => {
    const deployment = await open()
    const first = await json(deployment.ask('POST', PATH, QUIZ, KEY))
    const answer = await deployment.ask('POST', PATH, { ...QUIZ, title: 'Another' }, KEY)
    expect(answer.status).toBe(409)
    expect((await json(answer)).type).toBe('/problems.html#idempotency-clash')
    expect(await rowsOf(deployment)).toEqual([expect.objectContaining({ id: first.id, title: 'Weekly quiz' })])
  })

  test('is the caller’s own: another key of the API may use the same words', async () => {
    const deployment = await open()
    await deployment.ask('POST', PATH, QUIZ, KEY)
    const { key } = await createKey(deployment.table, { name: 'b', scopes: ['annotations:write'], now: new Date(NOON) })
    const answer = await deployment.api.request(PATH, {
      method: 'POST',
      headers: { ...KEY, ...JSON_TYPE, Authorization: `Bearer ${key}` },
      body: JSON.stringify({ ...QUIZ, title: 'Another' }),
    })
    expect(await json(answer)).toMatchObject({ title: 'Another', created_by: 'b' })
    expect(await rowsOf(deployment)).toHaveLength(2)
  })

  test('no key: every request adds one', async () => {
    const deployment = await open()
    await deployment.ask('POST', PATH, QUIZ)
    await deployment.ask('POST', PATH, QUIZ)
    expect(await rowsOf(deployment)).toHaveLength(2)
  })

  test('a deleted annotation does not come back', async () => {
    const deployment = await open()
    const first = await json(deployment.ask('POST', PATH, QUIZ, KEY))
    await deployment.ask('DELETE', `${PATH}/${first.id}`)
    expect(await json(deployment.ask('POST', PATH, QUIZ, KEY))).toEqual(first)
    expect(await rowsOf(deployment)).toEqual([])
  })

  test('is kept for a day at least', async () => {
    const deployment = await open()
    const before = Date.now() / 1_000
    await deployment.ask('POST', PATH, QUIZ, KEY)
    const [row] = (await Array.fromAsync(deployment.table.query(await idempotencyPartition(deployment))))!
    expect(row!.expires).toBeGreaterThan(before + 86_400)
  })

  test.each(['', 'a b', 'ü', 'x'.repeat(256)])('%j is no key', async (given) => {
    const { ask } = await open()
    const answer = await ask('POST', PATH, QUIZ, { 'Idempotency-Key': given })
    expect(answer.status).toBe(400)
    expect((await json(answer)).invalid_params[0].name).toBe('idempotency-key')
  })

  test.each(['log', 'row', 'note that it is done'])(
    'work that failed at the %s is done by the repetition',
    async (step) => {
      const { table, lake } = await deploy()
      let broken = true
      const fails = (now: boolean) => {
        if (broken && now) throw new Error('down')
      }
      const store = {
        table: {
          ...table,
          put: async (...given: Parameters<typeof table.put>) => {
            fails(step === 'row' && given[0].pk === 'annotation')
            fails(step === 'note that it is done' && given[0].done === true)
            return table.put(...given)
          },
        },
        lake: {
          ...lake,
          put: async (...given: Parameters<typeof lake.put>) => {
            fails(step === 'log')
            return lake.put(...given)
          },
        },
      }
      const fields = {
        date_from: day('2026-11-10'),
        date_to: day('2026-11-10'),
        title: 'Weekly quiz',
        text: null,
        tags: [],
        url: null,
        channel: null,
      }
      const caller = { id: 'a', name: 'test' }
      const add = (now: string) => addAnnotation(store, { fields, caller, idempotencyKey: 'k', now: new Date(now) })
      await expect(add(NOON)).rejects.toThrow('down')
      broken = false
      const made = await add('2026-11-20T13:00:00.000Z')
      expect(made).toMatchObject({ title: 'Weekly quiz', created_at: NOON })
      expect(await rowsOf({ table })).toEqual([{ pk: 'annotation', sk: made!.id, ...made }])
      expect(await logOf({ lake })).toHaveLength(1)
      expect(await add('2026-11-20T14:00:00.000Z')).toEqual(made)
      expect(await logOf({ lake })).toHaveLength(1)
    },
  )

  async function idempotencyPartition({ table }: Deployment): Promise<string> {
    const [key] = await collectRows(table, 'key')
    return `idempotency#${key!.id}`
  }
})

describe('listing', () => {
  async function several() {
    const deployment = await open()
    const add = async (date_from: string, date_to: string, title: string, tags: string[] = []) =>
      (await json(deployment.ask('POST', PATH, { date_from, date_to, title, tags }))) as Annotation
    await add('2026-11-10', '2026-11-12', 'quiz', ['email'])
    await add('2026-11-01', '2026-11-30', 'sale', ['shop', 'email'])
    await add('2026-11-12', '2026-11-12', 'outage')
    await add('2025-11-20', addDays(day('2025-11-20'), MOST_DAYS - 1), 'longest')
    const titles = async (query: string) => {
      const body = await json(deployment.ask('GET', `${PATH}?${query}`))
      return body.annotations.map(({ title }: Annotation) => title)
    }
    return { ...deployment, titles }
  }

  test('those that touch the range, in the order of their first days', async () => {
    const { titles } = await several()
    expect(await titles('')).toEqual(['longest', 'sale', 'quiz', 'outage'])
    expect(await titles('from=2026-11-12&to=2026-11-12')).toEqual(['longest', 'sale', 'quiz', 'outage'])
    expect(await titles('from=2026-11-13&to=2026-11-19')).toEqual(['longest', 'sale'])
    expect(await titles('from=2026-11-20&to=2026-11-20')).toEqual(['longest', 'sale'])
    expect(await titles('from=2026-11-21')).toEqual(['sale'])
    expect(await titles('to=2026-11-01')).toEqual(['longest', 'sale'])
    expect(await titles('to=2025-11-19')).toEqual([])
    expect(await titles('from=2026-12-01')).toEqual([])
    expect(await titles('tag=email')).toEqual(['sale', 'quiz'])
    expect(await titles('tag=email&from=2026-11-13')).toEqual(['sale'])
  })

  test('pages hold every one once', async () => {
    const { ask } = await several()
    const seen: string[] = []
    let cursor: string | null = ''
    for (let pages = 0; cursor !== null; pages++) {
      expect(pages).toBeLessThan(4)
      const body: { annotations: Annotation[]; next_cursor: string | null } = await json(
        ask('GET', `${PATH}?from=2026-11-12&limit=1${cursor && `&cursor=${cursor}`}`),
      )
      expect(body.annotations).toHaveLength(1)
      seen.push(body.annotations[0]!.title)
      cursor = body.next_cursor
    }
    expect(seen).toEqual(['longest', 'sale', 'quiz', 'outage'])
  })

  test.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'cursor=x',
    'tag=a,b',
    'from=2026-11-02&to=2026-11-01',
    'from=x',
    'a=1',
  ])('%s: 400', async (query) => {
    const { ask } = await open()
    const answer = await ask('GET', `${PATH}?${query}`)
    expect(answer.status).toBe(400)
    expect((await json(answer)).invalid_params[0].name).toBe(query.split('=')[0])
  })

  test('a kept answer is asked about before it is used', async () => {
    const { ask } = await open()
    const first = await ask('GET', PATH)
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    const same = { 'If-None-Match': first.headers.get('etag')! }
    expect((await ask('GET', PATH, undefined, same)).status).toBe(304)
    await ask('POST', PATH, QUIZ)
    expect((await ask('GET', PATH, undefined, same)).status).toBe(200)
  })
})

describe('deleting', () => {
  test('once; then there is none of that id', async () => {
    const deployment = await open()
    const { id } = await json(deployment.ask('POST', PATH, QUIZ))
    const answer = await deployment.ask('DELETE', `${PATH}/${id}`)
    expect(answer.status).toBe(200)
    expect(await json(answer)).toEqual({ deleted: id })
    expect(await rowsOf(deployment)).toEqual([])
    const again = await deployment.ask('DELETE', `${PATH}/${id}`)
    expect(again.status).toBe(404)
    expect((await json(again)).type).toBe('/problems.html#unknown-annotation')
  })

  test('what is no id is refused', async () => {
    const { ask } = await open()
    expect((await ask('DELETE', `${PATH}/x`)).status).toBe(400)
  })
})

describe('the log', () => {
  test('has every addition and deletion before the table has it', async () => {
    const deployment = await open()
    const { table, lake } = deployment
    const order: string[] = []
    const noting = {
      table: {
        ...table,
        put: async (...given: Parameters<typeof table.put>) => {
          order.push(`row ${given[0].pk}`)
          return table.put(...given)
        },
      },
      lake: {
        ...lake,
        put: async (...given: Parameters<typeof lake.put>) => {
          order.push('log')
          return lake.put(...given)
        },
      },
    }
    const fields = {
      date_from: day('2026-11-10'),
      date_to: day('2026-11-10'),
      title: 'a',
      text: null,
      tags: [],
      url: null,
      channel: null,
    }
    await addAnnotation(noting, { fields, caller: { id: 'a', name: 'b' }, now: new Date(NOON) })
    expect(order).toEqual(['log', 'row annotation'])
  })

  test('restores the table: what was added and not deleted', async () => {
    const deployment = await open()
    const kept = await json(deployment.ask('POST', PATH, { ...QUIZ, tags: ['a'], text: 'x' }))
    const gone = await json(deployment.ask('POST', PATH, { ...QUIZ, title: 'gone' }))
    await deployment.ask('DELETE', `${PATH}/${gone.id}`)
    const before = await rowsOf(deployment)
    const store = { ...deployment, secrets: undefined as never as Secrets, close: async () => {} }
    for (const { sk } of before) await deployment.table.delete('annotation', sk)
    expect(await rebuild(store, async () => {})).toMatchObject({ annotations: 1, commits: 0 })
    expect(await rowsOf(deployment)).toEqual(before)
    expect(before).toEqual([{ pk: 'annotation', sk: kept.id, ...kept }])
  })

  test('finishes a deletion that was killed between log and table, whatever the clocks said', async () => {
    const deployment = await open()
    const { id } = await json(deployment.ask('POST', PATH, QUIZ))
    const entry = { type: 'annotation', at: NOON, deleted: id }
    // Its key sorts before that of the addition.
    await deployment.lake.put('log/2020-01-01/01DXF6DT000000000000000000.json', Buffer.from(JSON.stringify(entry)))
    const store = { ...deployment, secrets: undefined as never as Secrets, close: async () => {} }
    expect(await rebuild(store, async () => {})).toMatchObject({ annotations: 0 })
    expect(await rowsOf(deployment)).toEqual([])
  })
})
