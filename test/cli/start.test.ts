import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { lockHome } from '../../cli/home-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-start-'))
const from = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
let child: ChildProcess | undefined

afterAll(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

test('start collects, serves with a key of its own, and ends well when told to', { timeout: 60_000 }, async () => {
  const home = join(folder, 'home')
  writeFileSync(join(folder, 'rows.csv'), 'at\n2026-11-19T10:00:00\n')
  writeFileSync(
    join(folder, 'tidemark.config.ts'),
    `import { defineConfig } from '${from('functions/kit/config.ts')}'
import { interactions } from '${from('functions/facts.ts')}'
import { csv } from '${from('functions/sources/csv.ts')}'
const rows = csv({ file: 'rows.csv', zone: 'UTC', map: ({ at }) => interactions({ at, channel: 'web', kind: 'visit' }) })
export default defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [rows] })
`,
  )
  const env = {
    PATH: process.env.PATH,
    TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
    TIDEMARK_HOME: home,
    TIDEMARK_NOW: '2026-11-20T04:00:00Z',
  }
  const args = [from('bin/tidemark.ts'), 'start', '--days', '2', '--port', '0', '--json']
  child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(createInterface(child.stdout!), 'line')
  const { ok, compute, url, link } = JSON.parse(line)
  expect({ ok, compute }).toMatchObject({ ok: true, compute: { from: '2026-11-18', to: '2026-11-19', computed: 2 } })

  const key = link.slice(`${url}/#key=`.length)
  const ask = (headers: Record<string, string>) => fetch(`${url}/v1/snapshots/2026-11-19`, { headers })
  expect((await ask({})).status).toBe(401)
  const answer = (await (await ask({ Authorization: `Bearer ${key}` })).json()) as { date: string }
  expect(answer.date).toBe('2026-11-19')

  expect(() => lockHome(home)).toThrow(`'start' already runs on ${home} (process ${child?.pid})`)
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
  lockHome(home).release()
})
