import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { day } from '../../functions/kit/day.ts'
import { youtube } from '../../functions/sources/youtube.ts'
import type { SandboxRequest } from '../../sandbox/messages.ts'
import { simulateYoutube, type YoutubeSandbox } from '../../sandbox/youtube.ts'
import { readStream } from '../sources/read-stream.ts'
import { type Discovery, readDiscovery, vendorFile } from './discovery.ts'
import { probe } from './probe.ts'

const analytics = vendorFile('youtube/spec/youtubeAnalytics.v2.json')
const data = vendorFile('youtube/spec/youtube.v3.trimmed.json')
const fixtures = vendorFile('youtube/fixtures')
const CHANNEL = `UC${'a'.repeat(22)}`

describe.skipIf(!analytics.exists || !data.exists)(`YouTube's discovery documents (${analytics.path})`, () => {
  let sandbox: YoutubeSandbox
  beforeAll(async () => {
    const replies = Array.from({ length: 7 }, (_, i) => ({ id: `r${i}`, author: 'UCx', at: '2026-11-16T13:00:00Z' }))
    sandbox = await simulateYoutube({
      channel: CHANNEL,
      since: day('2020-01-01'),
      now: () => new Date('2026-11-20T12:00:00Z'),
      subscribers: 1_234,
      comments: [
        { id: 't1', author: 'UCann', at: '2026-11-16T12:00:00Z', video: 'v', replies },
        { id: 't2', at: '2026-11-15T12:00:00Z' },
      ],
      videos: ['2026-11-14', '2026-11-10'].map((on) => ({
        ...{ id: `vid-${on}`, published: `${on}T12:00:00Z`, days: { '2026-11-15': { views: 5, likes: 1 } } },
      })),
      page: 1,
    })
  })
  afterAll(() => sandbox.close())

  test.each([
    ['channel', { 'youtubeAnalytics.reports.query': 1 }],
    ['subscribers', { 'youtube.channels.list': 1 }],
    ['comments', { 'youtube.commentThreads.list': 2, 'youtube.comments.list': 7 }],
    ['videos', { 'youtube.channels.list': 1, 'youtube.playlistItems.list': 2, 'youtubeAnalytics.reports.query': 3 }],
  ])('fit every request and every answer of %s', async (stream, calls) => {
    const documents = [readDiscovery(analytics.path), readDiscovery(data.path)]
    const { baseUrl, tokens, requests } = sandbox
    const source = youtube({ channel: CHANNEL, comments: true, videos: true, baseUrl, tokenUrl: tokens.url })
    const before = requests.length
    await readStream(source, stream, {
      ...{ from: '2026-11-15', to: '2026-11-16', secrets: { ...tokens.consent } },
      now: new Date('2026-11-20T12:00:00Z'),
    })
    const counted: Record<string, number> = {}
    for (const request of requests.slice(before)) {
      const { document, method, problems } = find(documents, request)
      expect(problems).toEqual([])
      counted[method] = (counted[method] ?? 0) + 1
      expect(document.answer(method, await again(request))).toEqual([])
    }
    expect(counted).toEqual(calls)
  })

  test('fit the request and the answer of the probe', async () => {
    const { baseUrl, tokens, requests } = sandbox
    const source = youtube({ channel: CHANNEL, baseUrl, tokenUrl: tokens.url })
    const [answer] = await probe(source, { ...tokens.consent }, new Date('2026-11-20T12:00:00Z'))
    const { document, method, problems } = find([readDiscovery(data.path)], requests.at(-1)!)
    expect({ method, problems }).toEqual({ method: 'youtube.channels.list', problems: [] })
    expect(document.answer(method, answer)).toEqual([])
  })

  /** What the simulator answers to a request, also one whose answer is no page. */
  async function again({ path, query, headers: { authorization = '' } }: SandboxRequest): Promise<unknown> {
    const url = new URL(`${path.slice(1)}?${query}`, sandbox.baseUrl)
    return (await fetch(url, { headers: { authorization } })).json()
  }

  function find(documents: readonly Discovery[], request: Parameters<Discovery['request']>[0]) {
    for (const document of documents) {
      const found = document.request(request)
      if (found) return { document, ...found }
    }
    throw new Error(`no document has ${request.method} ${request.path}`)
  }
})

describe.skipIf(!fixtures.exists)(`recorded reports of YouTube (${fixtures.path})`, () => {
  interface Recorded {
    readonly request: { readonly uri: string }
    readonly response: { readonly status: string; readonly body: unknown }
  }
  const reports = fixtures.exists
    ? readdirSync(fixtures.path)
        .filter((name) => name.endsWith('.json'))
        .flatMap((name): Recorded[] => JSON.parse(readFileSync(join(fixtures.path, name), 'utf8')))
        .filter(({ request }) => new URL(request.uri).pathname.endsWith('/reports'))
    : []

  test('are there', () => {
    expect(reports.length).toBeGreaterThan(2)
  })

  test.each(reports)('are read by the order of their columns: $request.uri', ({ response }) => {
    const { channel } = youtube({ channel: CHANNEL }).streams
    const bytes = new TextEncoder().encode(JSON.stringify(response.body))
    const { columnHeaders, rows } = response.body as { columnHeaders: { name: string }[]; rows: unknown[][] }
    const records = [...channel!.records({ bytes })] as Record<string, unknown>[]
    expect(records).toHaveLength(rows.length)
    columnHeaders.forEach(({ name }, at) => {
      expect(records.map((record) => record[name])).toEqual(rows.map((row) => row[at]))
    })
  })
})
