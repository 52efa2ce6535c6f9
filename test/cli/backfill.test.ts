import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { main } from '../../cli/main.ts'
import { type ReadEvent, runWorkflow, type WorkflowInput } from '../../cli/run-workflow.ts'
import { type Ended, runCommands } from './in-one-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-backfill-'))
const path = (name: string) => fileURLToPath(new URL(`../../functions/${name}`, import.meta.url))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** Vendors with a past, `visits`, and without one, `fans`. */
const CONFIG = `import * as z from '${path('../node_modules/zod/index.js')}'
import { defineConfig } from '${path('kit/config.ts')}'
import { defineSource } from '${path('kit/define-source.ts')}'
import { audience, interactions } from '${path('facts.ts')}'
const record = z.object({ day: z.string() })
async function* pages({ from, to }) {
  const days = []
  for (let day = from; day <= to; day = new Date(Date.parse(day) + 86400000).toISOString().slice(0, 10)) days.push({ day })
  yield { page: { bytes: Buffer.from(JSON.stringify(days)) }, resume: null }
}
const stream = {
  record, pages, records: ({ bytes }) => JSON.parse(Buffer.from(bytes).toString()), key: ({ day }) => day,
}
const vendor = defineSource({
  name: 'vendor', docs: 'https://vendor.example/docs', options: z.strictObject({}), secrets: [],
  streams: () => ({
    visits: { ...stream, kind: 'events', facts: ['interactions'],
      map: ({ day }) => interactions({ at: day, channel: 'web', kind: 'visit' }) },
    fans: { ...stream, kind: 'level', past: false, facts: ['audience'],
      map: ({ day }) => audience({ at: day, channel: 'social', kind: 'followers', value: 1 }) },
  }),
})
const onlyNow = defineSource({
  name: 'now', docs: 'https://vendor.example/docs', options: z.strictObject({}), secrets: [],
  streams: () => ({ fans: { ...stream, kind: 'level', past: false, facts: ['audience'],
    map: ({ day }) => audience({ at: day, channel: 'social', kind: 'followers', value: 1 }) } }),
})
const forgetful = defineSource({
  name: 'forgetful', docs: 'https://vendor.example/docs', options: z.strictObject({ all: z.boolean() }), secrets: [],
  streams: ({ all }) => {
    const map = ({ day }) => interactions({ at: day, channel: 'web', kind: 'visit' })
    const year = { ...stream, kind: 'events', facts: ['interactions'], map, since: () => '2026-11-03' }
    return { year, ...(all && { ever: { ...year, since: undefined } }) }
  },
})
export default defineConfig({
  timezone: 'UTC', currency: 'EUR', windows: [1], customers: [{ from: '2020-01-01', count: 1 }],
  sources: [vendor({}, { id: 'shop' }), vendor({}, { id: 'crm' }), onlyNow({}, { id: 'page' }), forgetful({ all: true }, { id: 'some' }), forgetful({ all: false }, { id: 'short' })],
})
`

const env = {
  TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
  TIDEMARK_HOME: join(folder, 'home'),
  TIDEMARK_NOW: '2026-11-20T04:00:00Z',
}
const range = ['--from', '2026-11-01', '--to', '2026-11-05', '--json']

beforeAll(() => writeFileSync(env.TIDEMARK_CONFIG, CONFIG))

describe('on a laptop', () => {
  let ended: Ended[]
  beforeAll(async () => {
    ended = await runCommands(
      [
        ['collect', '--from', '2026-11-03', '--to', '2026-11-03', '--source', 'shop', '--json'],
        ['backfill', 'shop', ...range],
        ['backfill', 'shop', ...range],
        ['snapshot', '2026-11-02', '--json'],
        ['backfill', 'page', '--from', '2026-11-01'],
        ['backfill', 'shop'],
        ['backfill', '--from', '2026-11-01'],
        ['backfill', 'none', '--from', '2026-11-01'],
        ['backfill', 'shop', '--from', '2026-11-20'],
        ['backfill', 'some', ...range],
        ['backfill', 'some,short', '--from', '2026-11-01'],
      ],
      env,
    )
  }, 60_000)
  const said = (i: number) => JSON.parse(ended[i]!.stdout)

  test('it reads the days that are missing, of that source alone, and says what has no past', () => {
    expect(said(1)).toMatchObject({
      ok: true,
      streams: [{ source: 'shop', stream: 'visits', status: 'ok', days: 4, records: 4 }],
      compute: { status: 'done', from: '2026-11-01', to: '2026-11-05' },
      skipped: [{ source: 'shop', stream: 'fans' }],
    })
    expect(said(1).streams).toHaveLength(1)
    expect(said(3)).toMatchObject({ date: '2026-11-02', revision: 1 })
  })

  test('again, it finds nothing to do', () => {
    expect(ended[2]!.code).toBe(0)
    expect(said(2)).toMatchObject({ streams: [{ days: 0, pages: 0 }], compute: { revisions: 0 } })
  })

  test('of what the vendor keeps for some streams only, it reads those further back, and says which', () => {
    expect(ended[9]!.code).toBe(0)
    expect(said(9)).toMatchObject({
      streams: [
        { stream: 'year', days: 3 },
        { stream: 'ever', days: 5 },
      ],
      later: [{ source: 'some', stream: 'year', since: '2026-11-03' }],
    })
  })

  test.each([
    [4, 1, 'nothing of page can be read of days past'],
    [5, 2, '--from is missing'],
    [6, 2, 'the source is missing'],
    [7, 1, "no source 'none' in the config; have shop, crm, page, some, short"],
    [8, 1, '2026-11-20 is not over yet'],
    [10, 1, 'short: the vendor keeps nothing before 2026-11-03, but 2026-11-01 was asked for; ask from a later day on'],
  ])('command line %i is refused with what is wrong', (i, code, message) => {
    expect(ended[i]!.code).toBe(code)
    expect(ended[i]!.stderr).toContain(message)
  })
})

describe('of a deployment in AWS', () => {
  let server: Server
  let ended: Ended[]
  const started: { stateMachineArn: string; input: string }[] = []
  const workflow = 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidemark-prod-collect'
  const topic = 'arn:aws:sns:eu-central-1:123456789012:attention'

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const body = (await Array.fromAsync(request)).join('')
      if (request.headers['x-amz-target'] === 'AWSStepFunctions.StartExecution') {
        started.push(JSON.parse(body))
        response.setHeader('Content-Type', 'application/x-amz-json-1.0')
        return response.end(JSON.stringify({ executionArn: 'arn:execution', startDate: 0 }))
      }
      const outputs = Object.entries({ Workflow: workflow, Topic: topic })
        .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
        .join('')
      response.setHeader('Content-Type', 'text/xml')
      response.end(
        `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>tidemark-prod</StackName>
        <CreationTime>2026-11-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>
        <Outputs>${outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
      )
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const aws = {
      ...env,
      TIDEMARK_STORE: 'aws',
      TIDEMARK_STAGE: 'prod',
      TIDEMARK_BUCKET: 'the-bucket',
      TIDEMARK_TABLE: 'the-table',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    }
    const line = ['backfill', 'shop,crm', ...range]
    ended = await runCommands([line], aws)
  }, 60_000)
  afterAll(() => server.close())

  test('it starts the workflow that is deployed, and reads nothing itself', () => {
    expect(ended[0]).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended[0]!.stdout)).toMatchObject({ execution: 'arn:execution', sources: ['shop', 'crm'] })
    expect(started).toHaveLength(1)
    expect(started[0]!.stateMachineArn).toBe(workflow)
    expect(JSON.parse(started[0]!.input)).toEqual({
      from: '2026-11-01',
      to: '2026-11-05',
      force: false,
      sources: [
        { source: 'shop', function: 'tidemark-prod-ingest-shop', streams: ['visits'] },
        { source: 'crm', function: 'tidemark-prod-ingest-crm', streams: ['visits'] },
      ],
      compute: 'tidemark-prod-compute',
      topic,
    })
  })

  test('what it starts reads those days of those streams, computes them, and tells what needs somebody', async () => {
    const reads: ReadEvent[] = []
    const days = { from: '2026-11-01', to: '2026-11-05' }
    const output = await runWorkflow(JSON.parse(started[0]!.input) as WorkflowInput, {
      ingest: async (event) => {
        reads.push(event)
        const results = event.streams.map((stream) => ({ source: event.source, stream, status: 'ok' }))
        return { status: 'done', results, waitSeconds: 0, state: null }
      },
      compute: async (event) => {
        if (event.task === 'report') return { ok: true, attention: false, subject: '', text: '' }
        expect(event).toEqual({ task: 'compute', ...days })
        return { status: 'done', ...days, computed: 5, revisions: 5, changed: [] }
      },
      publish: async () => {},
    })
    expect(reads.map(({ source, streams, from, to }) => [source, streams, from, to])).toEqual([
      ['shop', ['visits'], days.from, days.to],
      ['crm', ['visits'], days.from, days.to],
    ])
    expect(output).toMatchObject({ ok: true, compute: { computed: 5 } })
  })

  test('without a stage it says which variable is missing', async () => {
    vi.stubEnv('TIDEMARK_STORE', 'aws')
    vi.stubEnv('TIDEMARK_STAGE', '')
    let said = ''
    const stderr = { write: (text: string) => (said += text) }
    expect(await main(['backfill', 'shop', '--from', '2026-11-01'], { stdout: stderr, stderr })).toBe(1)
    expect(said).toContain('TIDEMARK_STAGE is not set')
  })
})
