import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { hasPython, python } from './python.ts'
import { checkout, SLOW } from './run-tidemark.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-terminal-'))
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number
  readonly said: string
}

/** Runs the program on a terminal and presses Ctrl-C as soon as it has said `until`. */
function inTerminal(until: string, source: string, ...args: readonly string[]): Promise<Ended> {
  writeFileSync(
    join(folder, 'tidemark.config.ts'),
    `import { interactions } from '${checkout}/functions/facts.ts'
import { defineConfig } from '${checkout}/functions/kit/config.ts'
import { csv } from '${checkout}/functions/sources/csv.ts'
import { hubspot } from '${checkout}/functions/sources/hubspot.ts'

const events = csv(
  { file: 'events.csv', zone: 'UTC', map: ({ at }) => interactions({ at: at!, channel: 'web', kind: 'visit' }) },
  { id: 'events' },
)
export default defineConfig({ timezone: 'UTC', currency: 'EUR', sources: [${source}] })
`,
  )
  const env = {
    TIDEMARK_CONFIG: join(folder, 'tidemark.config.ts'),
    TIDEMARK_HOME: mkdtempSync(join(folder, 'home-')),
    TIDEMARK_NOW: '2026-11-20T04:00:00Z',
    TIDEMARK_HUBSPOT_TOKEN: 'secret-token',
    // Continuous integration gets plain lines, even on a terminal.
    CI: '',
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  return python<Ended>('in_terminal.py', until, process.execPath, `${checkout}/bin/tidemark.ts`, ...args)
}

describe.skipIf(!hasPython)(`Ctrl-C on a terminal${hasPython ? '' : ' (skipped: no python3)'}`, () => {
  test('is the ordinary end of start', { timeout: SLOW }, async () => {
    writeFileSync(join(folder, 'events.csv'), 'at\n2026-11-19T10:00:00Z\n')
    const { code, said } = await inTerminal('#key=', 'events', 'start', '--days', '2', '--port', '0')
    expect(said).toContain('✔ events  rows: ok, 2 days, 1 page, 1 record\n')
    expect(said).toContain('✔ snapshots  2 of 2 days\n')
    expect(said).toMatch(/\nopen http:\/\/127\.0\.0\.1:\d+\/#key=tm_\S+\n\(whoever has the link is signed in/)
    expect(code).toBe(0)
  })

  test('interrupts collecting, says what stays, and is no success', { timeout: SLOW }, async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    const asked = new Promise<void>((resolve) => silent.once('listening', resolve))
    await asked
    const baseUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`
    const { code, said } = await inTerminal('hubspot', `hubspot({ baseUrl: '${baseUrl}' })`, 'collect')
    silent.closeAllConnections()
    silent.close()
    expect(said).toContain('stopped; what was committed stays, and the next run goes on from there')
    expect(code).toBe(130)
  })
})
