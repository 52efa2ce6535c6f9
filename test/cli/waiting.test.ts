import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { day } from '../../functions/kit/day.ts'
import { keys, type RunRow } from '../../functions/store/rows.ts'
import { openSqlite } from '../../functions/store/sqlite.ts'
import { type Ended, runCommands } from './in-one-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-waiting-'))
afterAll(() => rmSync(folder, { recursive: true }))

const at = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../functions/${path}`, import.meta.url)))
const config = `import { defineConfig } from ${at('kit/config.ts')}
import { x } from ${at('sources/x.ts')}
export default defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [x({ account: '7', budget: 1 })] })
`

const waiting = 'spent of budget 1 USD this UTC day: 0.495 USD on posts; 0 USD are left: wait for the next day'
const run = (id: string, stream: string, more: Partial<RunRow>): RunRow => ({
  ...keys.run('x', id),
  ...{ stream, status: 'running', from: day('2026-11-19'), to: day('2026-11-19'), started: '2026-11-20T04:00:00Z' },
  ...{ ended: null, pages: 1, records: 99, facts: 0, quarantined: 0, error: null, warnings: [], quota: null },
  ...more,
})

let ended: Ended[] = []
beforeAll(async () => {
  const home = join(folder, 'home')
  mkdirSync(home)
  const table = openSqlite(join(home, 'tidemark.sqlite'))
  const warnings = [{ code: 'waiting', message: waiting }]
  const quota = { requests: 899, spent_usd: 0.495, left_usd: 0.505 }
  await table.batch([
    run('01A', 'posts', { warnings, quota }),
    run('01B', 'mentions', { status: 'parked', ended: '2026-11-20T05:00:00Z', warnings }),
  ])
  await table.close()
  writeFileSync(join(folder, 'config.ts'), config)
  ended = await runCommands([['status'], ['status', '--json'], ['sources']], {
    TIDEMARK_CONFIG: join(folder, 'config.ts'),
    TIDEMARK_HOME: home,
    TIDEMARK_NOW: '2026-11-20T05:30:00Z',
  })
}, 60_000)

test('status says in words why a reading waits, and what was spent', () => {
  const [text, data] = ended as [Ended, Ended]
  expect(text.stdout).toContain(`… x.posts waits: ${waiting} (requests 899, spent_usd 0.495, left_usd 0.505)`)
  expect(text.stdout).toContain(`… x.mentions waits: ${waiting}\n`)
  expect(text.stdout).toContain(
    "→ x.mentions was kept waiting too long: the next 'tidemark collect' goes on from there",
  )
  expect(text.stdout).toContain('… x.followers is first read when today has ended')
  expect(JSON.parse(data.stdout).waiting).toHaveLength(3)
})

test('sources shows the reason and the quota of each stream', () => {
  const lines = ended[2]!.stdout.split('\n')
  expect(lines.find((line) => /x +posts/.test(line))).toMatch(
    /requests 899, spent_usd 0\.495, left_usd 0\.505 .*spent of budget 1 USD/,
  )
  expect(lines.find((line) => /x +mentions/.test(line))).toContain(waiting)
})
