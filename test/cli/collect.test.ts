import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, runCommands } from './in-one-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-collect-'))
const from = (path: string) => fileURLToPath(new URL(`../../functions/${path}`, import.meta.url))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CONFIG = `import { defineConfig } from '${from('kit/config.ts')}'
import { person } from '${from('kit/person.ts')}'
import { interactions } from '${from('facts.ts')}'
import { csv } from '${from('sources/csv.ts')}'
const map = ({ at, kind, customer }) =>
  interactions({ at, channel: 'web', kind, initiator: 'customer', customer: person({ id: customer }) })
export default defineConfig({
  timezone: 'Europe/Berlin',
  currency: 'EUR',
  windows: [1, 7],
  customers: [{ from: '2020-01-01', count: 200 }],
  sources: [
    csv({ file: 'events.csv', zone: 'Europe/Berlin', map }, { id: 'events' }),
    csv({ file: 'lost.csv', zone: 'Europe/Berlin', map }, { id: 'lost' }),
  ],
})
`

const EVENTS = `at,kind,customer
2026-11-18T10:00:00,visit,ada
2026-11-19T23:59:59,visit,bob
2026-11-19T10:00:00,comment,ada
2026-11-20T00:00:00,visit,bob
`

const lines = [
  ['collect', '--from', '2026-11-18', '--to', '2026-11-19', '--json'],
  ['collect', '--source', 'events', '--json'],
  ['snapshot', '2026-11-19', '--json'],
  ['snapshot', '2026-11-21'],
  ['collect', '--source', 'events,webshop'],
  ['collect', '--from', '2026-11-20'],
  ['collect', '--days', '3', '--from', '2026-11-01'],
  ['compute', '--from', '2026-11-17', '--json'],
  ['status'],
  ['metrics', '--json'],
]

describe('collecting two files, one of which is lost', () => {
  let ended: Ended[] = []
  let restored: Ended[] = []
  beforeAll(async () => {
    writeFileSync(join(folder, 'tidemark.config.ts'), CONFIG)
    writeFileSync(join(folder, 'events.csv'), EVENTS)
    const home = join(folder, 'home')
    const env = {
      TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
      TIDEMARK_HOME: home,
      TIDEMARK_NOW: '2026-11-20T04:00:00Z',
    }
    ended = await runCommands(lines, env)
    for (const end of ['', '-wal', '-shm']) rmSync(join(home, `tidemark.sqlite${end}`), { force: true })
    restored = await runCommands(
      [
        ['rebuild', '--json'],
        ['snapshot', '2026-11-19', '--json'],
      ],
      env,
    )
  }, 60_000)

  const said = (i: number) => JSON.parse(ended[i]!.stdout)

  test('what failed is named with what to do, the rest is done, and the exit code says so', () => {
    expect(said(0)).toMatchObject({
      ok: false,
      streams: [
        { source: 'events', stream: 'rows', status: 'ok', records: 4, facts: 4, quarantined: 0 },
        {
          source: 'lost',
          status: 'failed',
          error: { code: 'invalid', message: expect.stringContaining("no file matches 'lost.csv'") },
        },
      ],
      compute: { status: 'done', from: '2026-11-18', to: '2026-11-19', computed: 2, revisions: 2 },
    })
    expect(ended[0]!.code).toBe(1)
  })

  test('one source alone is well; nothing changed, so nothing is written', () => {
    expect(said(1)).toMatchObject({
      ok: true,
      streams: [{ source: 'events', status: 'ok' }],
      compute: { revisions: 0 },
    })
    expect(ended[1]!.code).toBe(0)
  })

  test('the snapshot says what the file says, by the clock of the reporting zone', () => {
    expect(said(2)).toMatchObject({ date: '2026-11-19', timezone: 'Europe/Berlin', revision: 1 })
    expect(said(2).metrics.interactions.windows).toMatchObject({ '1d': { value: 2 }, '7d': { value: 3 } })
    expect(said(2).sources).toMatchObject([
      { id: 'events', status: 'ok' },
      { id: 'lost', status: expect.stringMatching(/missing|failed/) },
    ])
  })

  test.each([
    [3, 'no snapshot of 2026-11-21; there are snapshots from 2026-11-18 to 2026-11-19'],
    [4, "no source 'webshop' in the config; have events, lost"],
    [5, '--from 2026-11-20 is not over yet in Europe/Berlin; the last day that is: 2026-11-19'],
    [6, '--days and --from exclude each other'],
  ])('command %i is refused', (i, message) => {
    expect(ended[i]).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`tidemark: ${message}`) })
  })

  test('compute alone reaches further back', () => {
    expect(said(7)).toMatchObject({ ok: true, streams: [], compute: { from: '2026-11-17', to: '2026-11-19' } })
  })

  test('status asks for a person', () => {
    expect(ended[8]!.stdout).toContain('snapshots   2026-11-17 to 2026-11-19, days of Europe/Berlin')
    expect(ended[8]!.stdout).toContain('→ lost.rows failed: invalid: ')
    expect(ended[8]!.code).toBe(1)
  })

  test('every metric comes with its formula', () => {
    expect(said(9).metrics).toContainEqual(
      expect.objectContaining({ id: 'interactions', formula: expect.stringContaining('Σ') }),
    )
  })

  test('without its table, the home is rebuilt from the lake to the same bytes', () => {
    expect(JSON.parse(restored[0]!.stdout)).toMatchObject({ days: 3, notice: expect.stringContaining('keys') })
    expect(restored[1]!.stdout).toBe(ended[2]!.stdout)
  })
})
