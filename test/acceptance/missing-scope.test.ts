import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SourcesAnswer } from '../../cli/sources.ts'
import type { Snapshot } from '../../functions/store/rows.ts'
import { type HubspotSandbox, simulateHubspot } from '../../sandbox/hubspot.ts'
import { checkout, type Ended, jsonOf, runTidemark, SLOW } from './run-tidemark.ts'

const TOKEN = 'pat-na1-not-to-be-seen'
const folder = mkdtempSync(join(tmpdir(), 'tidemark-scope-'))
let sandbox: HubspotSandbox

beforeAll(async () => {
  sandbox = await simulateHubspot({
    token: TOKEN,
    now: () => new Date('2026-11-20T04:00:00Z'),
    missing: { tickets: 'crm.objects.tickets.read' },
    contacts: [
      {
        id: '1',
        createdAt: '2026-11-01T10:00:00Z',
        properties: { email: 'a@example.com', lifecyclestage: 'customer' },
      },
    ],
    calls: [
      {
        id: '21',
        createdAt: '2026-11-19T10:00:00Z',
        properties: { hs_timestamp: '2026-11-19T10:00:00Z', hs_call_status: 'COMPLETED', hs_call_direction: 'INBOUND' },
        associations: { contacts: ['1'] },
      },
    ],
  })
})

afterAll(async () => {
  await sandbox.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a token that may not read tickets', () => {
  let collected: Ended
  let sources: Ended
  let status: Ended
  let asked: Ended
  beforeAll(async () => {
    const config = join(folder, 'tidemark.config.ts')
    writeFileSync(
      config,
      `import { defineConfig } from '${checkout}/functions/kit/config.ts'
import { hubspot } from '${checkout}/functions/sources/hubspot.ts'
export default defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [hubspot({ baseUrl: '${sandbox.baseUrl}' })] })
`,
    )
    const env = {
      TIDEMARK_CONFIG: config,
      TIDEMARK_HOME: join(folder, 'home'),
      TIDEMARK_NOW: '2026-11-20T04:00:00Z',
      TIDEMARK_HUBSPOT_TOKEN: TOKEN,
    }
    collected = await runTidemark(['collect', '--from', '2026-11-18', '--json'], env)
    ;[sources, status, asked] = (await Promise.all([
      runTidemark(['sources', '--json'], env),
      runTidemark(['status'], env),
      runTidemark(['snapshot', '2026-11-19', '--json'], env),
    ])) as [Ended, Ended, Ended]
  }, SLOW)

  test('fails that stream, and the exit code says so; every other stream is read', () => {
    expect(collected.code).toBe(1)
    const { ok, streams, compute } = jsonOf<{ ok: boolean; streams: { stream: string }[]; compute: object }>(collected)
    expect(ok).toBe(false)
    expect(Object.fromEntries(streams.map(({ stream, ...rest }) => [stream, rest]))).toMatchObject({
      contacts: { status: 'ok', records: 1 },
      tickets: {
        status: 'failed',
        error: { code: 'credentials', message: expect.stringContaining('expected crm.objects.tickets.read') },
      },
      deals: { status: 'empty' },
      calls: { status: 'ok', facts: 1 },
      emails: { status: 'empty' },
    })
    expect(compute).toMatchObject({ status: 'done', computed: 2 })
  })

  test('is asked for tickets once: nobody but the operator can help', () => {
    expect(sandbox.requests.filter(({ path }) => path.endsWith('/tickets'))).toHaveLength(1)
  })

  test('is what the sources say, and the status', () => {
    const [hubspot] = jsonOf<SourcesAnswer>(sources).sources
    expect(hubspot).toMatchObject({ id: 'hubspot', status: 'needs_reauth', acts: 'operator', data_through: null })
    expect(hubspot!.streams.find(({ name }) => name === 'tickets')).toMatchObject({
      status: 'needs_reauth',
      last_run: { error: { code: 'credentials' } },
    })
    expect(hubspot!.streams.find(({ name }) => name === 'contacts')).toMatchObject({ status: 'ok' })
    expect(status.code).toBe(1)
    expect(status.stdout).toContain('→ hubspot.tickets failed: credentials: ')
  })

  test('makes what rests on tickets missing rather than small', () => {
    const { metrics, sources: said, warnings } = jsonOf<Snapshot>(asked)
    expect(metrics.customers!.windows['1d']).toMatchObject({ value: 1, coverage: 1 })
    for (const metric of ['interactions', 'customer_interaction_rate', 'active_customers', 'engagement_points']) {
      expect(metrics[metric]!.windows['1d']).toMatchObject({ value: null, null_reason: 'source_missing' })
      expect(metrics[metric]!.windows['1d']!.coverage).toBeLessThan(1)
    }
    expect(said).toMatchObject([{ id: 'hubspot', status: 'failed', data_through: null }])
    expect(warnings).toContainEqual({
      code: 'source_failed',
      source: 'hubspot',
      stream: 'tickets',
      effect: 'may rise',
    })
  })

  test('shows the token nowhere', () => {
    for (const { stdout, stderr } of [collected, sources, status, asked]) {
      expect(stdout + stderr).not.toContain(TOKEN)
    }
  })
})
